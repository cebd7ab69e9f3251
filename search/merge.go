package search

import "bytes"

// part is a segment on its way into another.
type mergePart struct {
	s     *segment
	newID []int32 // of its documents; -1 for those that are left out
	group int     // that comes next
	terms []int32 // in the new segment, -1 for what is in none of its documents: for facets
}

// merge makes one segment of the living documents of several.
func merge(list []*segment, dead []bitmap) *segment {
	w := newWriter()
	parts := make([]*mergePart, len(list))
	docs := int32(0)
	for i, s := range list {
		p := &mergePart{s: s, newID: make([]int32, len(s.docs)), terms: make([]int32, len(s.exactAt)-1)}
		for d := range s.docs {
			if dead[i].has(d) {
				p.newID[d] = -1
				continue
			}
			p.newID[d] = docs
			docs++
		}
		parts[i] = p
	}
	w.grow(list)
	for {
		folded := lowest(parts)
		if folded == nil {
			break
		}
		w.mergeGroup(parts, folded)
	}
	for _, p := range parts {
		w.mergeDocs(p)
	}
	return w.done()
}

// grow makes room for all: what grows by doubling would take twice as much for a moment.
func (w *writer) grow(list []*segment) {
	posts, pos := 0, 0
	for _, s := range list {
		posts, pos = posts+len(s.posts), pos+len(s.pos)
	}
	w.s.posts, w.s.pos = make([]byte, 0, posts+posts/64), make([]byte, 0, pos)
}

// lowest is the group that comes next; nil at the end.
func lowest(parts []*mergePart) (folded []byte) {
	for _, p := range parts {
		if p.group < p.s.groups() && (folded == nil || bytes.Compare(p.s.group(p.group), folded) < 0) {
			folded = p.s.group(p.group)
		}
	}
	return folded
}

// cursor is the next term of one part's group.
type cursor struct {
	p     *mergePart
	group int
	term  int
	until int
}

// mergeGroup writes the terms of a group, each with the postings of all parts.
func (w *writer) mergeGroup(parts []*mergePart, folded []byte) {
	var open []*cursor
	for _, p := range parts {
		if p.group < p.s.groups() && bytes.Equal(p.s.group(p.group), folded) {
			from, until := p.s.terms(p.group)
			open = append(open, &cursor{p: p, group: p.group, term: from, until: until})
			p.group++
		}
	}
	for {
		var exact []byte
		found := false
		for _, c := range open {
			if c.term < c.until {
				if t := c.p.s.term(c.group, c.term); !found || bytes.Compare(t, exact) < 0 {
					exact, found = t, true
				}
			}
		}
		if !found {
			return
		}
		w.mergeTerm(open, folded, exact)
	}
}

func (w *writer) mergeTerm(open []*cursor, folded, exact []byte) {
	last, begun := -1, false
	for _, c := range open {
		if c.term >= c.until || !bytes.Equal(c.p.s.term(c.group, c.term), exact) {
			continue
		}
		c.p.terms[c.term] = -1
		c.p.s.postings(c.term, func(p posting) {
			doc := int(c.p.newID[p.doc])
			if doc < 0 {
				return
			}
			if !begun {
				w.term(folded, exact)
				begun = true
			}
			w.s.posts = appendPosting(w.s.posts, doc-last, p.occurs, int(p.pos.until-p.pos.from))
			w.s.pos = append(w.s.pos, c.p.s.pos[p.pos.from:p.pos.until]...)
			last = doc
			c.p.terms[c.term] = int32(len(w.s.postAt) - 1)
		})
		c.term++
	}
}

func (w *writer) mergeDocs(p *mergePart) {
	for d, info := range p.s.docs {
		if p.newID[d] < 0 {
			continue
		}
		for _, f := range p.s.docFacets(d) {
			w.s.facets = append(w.s.facets, uint32(p.terms[f]))
		}
		w.doc(info)
	}
}

// bitmap is a set of documents of one segment.
type bitmap []uint64

func (b bitmap) has(i int) bool { return i>>6 < len(b) && b[i>>6]&(1<<(i&63)) != 0 }

// with is b and i. b itself stays as it is.
func (b bitmap) with(i, size int) bitmap {
	c := make(bitmap, (size+63)/64)
	copy(c, b)
	c[i>>6] |= 1 << (i & 63)
	return c
}
