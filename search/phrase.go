package search

import (
	"cmp"
	"slices"
)

// place is the positions of a word in a document, in order.
func (f *finder) place(dst []uint32, col *column, part, at int) []uint32 {
	dst = dst[:0]
	several := false
	for h := col.first[at]; h != 0; h = col.hits[h-1].next {
		several = several || len(dst) > 0
		dst = f.parts[part].positions(dst, col.hits[h-1].pos)
	}
	if several {
		slices.Sort(dst)
	}
	return dst
}

// follow keeps of b what stands right behind one of a; both are in order.
func follow(b, a []uint32) []uint32 {
	kept, i := b[:0], 0
	for _, p := range b {
		for i < len(a) && a[i]+1 < p {
			i++
		}
		if i < len(a) && a[i]+1 == p {
			kept = append(kept, p)
		}
	}
	return kept
}

// standTogether tells whether a document has the words of these columns one behind the other.
func (f *finder) standTogether(columns []*column, part, doc int) bool {
	at := f.base[part] + doc
	for i, col := range columns {
		if col.first[at] == 0 {
			return false
		}
		if i == 0 {
			f.a = f.place(f.a, col, part, at)
			continue
		}
		f.b = f.place(f.b, col, part, at)
		f.a, f.b = follow(f.b, f.a), f.a
		if len(f.a) == 0 {
			return false
		}
	}
	return true
}

// keepPhrases leaves the documents that have all phrases of the query.
func (f *finder) keepPhrases(list []candidate) []candidate {
	if len(f.q.phrases) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(c candidate) bool {
		return slices.ContainsFunc(f.q.phrases, func(p phrase) bool {
			return !f.standTogether(f.columns[p.from:p.until], c.part, c.doc)
		})
	})
}

// dropWithout leaves out what has what the query does not want.
func (f *finder) dropWithout(list []candidate, pool *columns) []candidate {
	for _, words := range f.q.without {
		cols := make([]*column, len(words))
		for i := range words {
			cols[i] = pool.get(f.docs)
			f.match(&words[i], cols[i])
		}
		list = slices.DeleteFunc(list, func(c candidate) bool { return f.standTogether(cols, c.part, c.doc) })
		for _, col := range cols {
			pool.pool.Put(col)
		}
	}
	return list
}

// weighPairs adds to the score of documents that have words of the query one behind the other: syllables of a Vietnamese word, signs of
// a Chinese one.
func (f *finder) weighPairs(list []candidate) {
	if len(f.columns) < 2 {
		return
	}
	if len(list) > mostNeighbour {
		slices.SortFunc(list, func(a, b candidate) int { return cmp.Or(b.accents-a.accents, cmp.Compare(b.score, a.score)) })
		list = list[:mostNeighbour]
	}
	for i := range list {
		c := &list[i]
		at, held := f.base[c.part]+c.doc, false
		for w := 1; w < len(f.columns); w++ {
			one, two := f.columns[w-1], f.columns[w]
			if one.first[at] == 0 || two.first[at] == 0 {
				held = false
				continue
			}
			if !held {
				f.a = f.place(f.a, one, c.part, at)
			}
			f.b = f.place(f.b, two, c.part, at)
			f.c = append(f.c[:0], f.b...)
			c.score += f.pairWorth(c, follow(f.c, f.a)) * (one.rare + two.rare) / 2
			f.a, f.b, held = f.b, f.a, true
		}
	}
}

func (f *finder) pairWorth(c *candidate, pairs []uint32) float32 {
	if len(pairs) == 0 {
		return 0
	}
	n := float32(len(pairs))
	worth := worthPair * (0.5 + n/(n+saturation))
	if pairs[0] < uint32(f.parts[c.part].docs[c.doc].titleEnd) {
		worth += worthTitle
	}
	return worth
}
