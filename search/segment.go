package search

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// segment is an index of some documents. It is never changed; documents that are gone are marked in the state that holds it.
//
// Terms that are the same without accents are a group; groups are sorted by that. The postings of a term are for each document
// that has it: the distance from the document before, a byte of how often and where (see occurrence), and how many bytes its
// positions take. The positions themselves lie apart, since most queries read few of them.
type segment struct {
	docs  []docInfo
	words int // of all of them

	folded  []byte   // what the groups are found by, one behind the other
	groupAt []uint32 // where each group's begins; one more at the end
	firstOf []uint32 // the group's first term; one more at the end

	exact   []byte   // how the terms are written; nothing for one that is written as its group is found
	exactAt []uint32 // one more at the end
	postAt  []uint32 // one more at the end
	posAt   []uint32 // one more at the end
	posts   []byte
	pos     []byte

	facets  []uint32 // terms that are filters, for each document
	facetAt []uint32 // one more at the end
}

// docInfo is what ranking knows of a document. Positions of its title come first, then those of its terms, then the text.
type docInfo struct {
	key      string
	sum      uint64 // of all that was read
	day      int32
	length   uint32 // words
	titleEnd uint16 // the first position behind the title
}

const (
	inTitle   = 1 << 7
	inTerms   = 1 << 6
	inHeading = 1 << 5
	oftenMask = inHeading - 1
)

// occurrence packs how often a term stands in a document, in halves (a word of code counts one half), with where it does.
func occurrence(halves int, places byte) byte {
	if halves >= 16 {
		halves = 16 + min(15, (halves-16)/8)
	}
	return byte(halves) | places
}

// often is the number that an occurrence stands for.
func often(o byte) float32 {
	n := o & oftenMask
	if n >= 16 {
		n = 16 + (n-16)*8
	}
	return float32(n) / 2
}

// filterMark begins the terms that are filters: no word has it.
const filterMark = 0

func (s *segment) groups() int { return len(s.groupAt) - 1 }

func (s *segment) group(g int) []byte { return s.folded[s.groupAt[g]:s.groupAt[g+1]] }

// term is how a term is written.
func (s *segment) term(g, t int) []byte {
	if own := s.exact[s.exactAt[t]:s.exactAt[t+1]]; len(own) > 0 {
		return own
	}
	return s.group(g)
}

// find is the first group that is not before folded, and whether it is folded itself.
func (s *segment) find(folded []byte) (g int, same bool) {
	g = sort.Search(s.groups(), func(g int) bool { return bytes.Compare(s.group(g), folded) >= 0 })
	return g, g < s.groups() && bytes.Equal(s.group(g), folded)
}

// terms are the first term of a group and the one behind its last.
func (s *segment) terms(g int) (from, until int) { return int(s.firstOf[g]), int(s.firstOf[g+1]) }

// weight is about how many documents have a term.
func (s *segment) weight(t int) int { return int(s.postAt[t+1]-s.postAt[t]) / 3 }

// posting is a term in a document.
type posting struct {
	doc    int
	occurs byte
	pos    span
}

// span is a stretch of a segment's positions.
type span struct{ from, until uint32 }

// postings calls f for each document that has term t.
func (s *segment) postings(t int, f func(posting)) {
	data := s.posts[s.postAt[t]:s.postAt[t+1]]
	at, doc := s.posAt[t], -1
	for len(data) > 0 {
		step, n := uvarint(data)
		occurs := data[n]
		size, m := uvarint(data[n+1:])
		data = data[n+1+m:]
		doc += int(step)
		f(posting{doc: doc, occurs: occurs, pos: span{at, at + size}})
		at += size
	}
}

// positions appends those of a span.
func (s *segment) positions(dst []uint32, p span) []uint32 {
	data, last := s.pos[p.from:p.until], uint32(0)
	for len(data) > 0 {
		step, n := uvarint(data)
		last += step
		dst = append(dst, last)
		data = data[n:]
	}
	return dst
}

// uvarint is binary.Uvarint for what this package wrote itself, and quicker.
func uvarint(data []byte) (uint32, int) {
	if data[0] < 0x80 {
		return uint32(data[0]), 1
	}
	if data[1] < 0x80 {
		return uint32(data[0]&0x7F) | uint32(data[1])<<7, 2
	}
	v, n := binary.Uvarint(data)
	return uint32(v), n
}

// docFacets are the filters that a document has.
func (s *segment) docFacets(doc int) []uint32 { return s.facets[s.facetAt[doc]:s.facetAt[doc+1]] }

// bytes is what the segment takes in memory.
func (s *segment) bytes() int {
	n := cap(s.folded) + cap(s.exact) + cap(s.posts) + cap(s.pos)
	n += 4 * (cap(s.groupAt) + cap(s.firstOf) + cap(s.exactAt) + cap(s.postAt) + cap(s.posAt) + cap(s.facets) + cap(s.facetAt))
	for i := range s.docs {
		n += 40 + len(s.docs[i].key)
	}
	return n
}
