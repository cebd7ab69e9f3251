package search

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"vang/blog"
)

// mostWords is how many words of one document can be found: a book has 200,000.
const mostWords = 1 << 18

// builder makes a segment of documents. It is used again for the next.
type builder struct {
	docs    []docInfo
	terms   map[string]uint32
	list    []termBuild
	facets  [][]uint32 // for each document
	touched []uint32   // terms of the document that is read
	word    []byte
	at      uint32 // position of the next word
	words   int
	size    int // bytes of text that were read
}

// termBuild is a term while its segment is built.
type termBuild struct {
	exact string
	posts []byte
	pos   []byte

	lastDoc int // that it is in, -1 at first
	// Of the document that is read:
	halves  int
	places  byte
	lastPos uint32
	posFrom int
}

func newBuilder() *builder { return &builder{terms: map[string]uint32{}} }

// add reads a document.
func (b *builder) add(d Doc, sum uint64, text Text) {
	info := docInfo{key: d.Key, sum: sum, day: int32(max(math.MinInt32, min(math.MaxInt32, d.Date.Unix()/86400)))}
	b.at, b.words, b.touched = 1, 0, b.touched[:0]
	b.piece([]byte(d.Title), 2, inTitle)
	info.titleEnd = uint16(min(b.at, math.MaxUint16))
	for _, t := range d.Terms {
		b.piece([]byte(t), 0, inTerms)
	}
	filters := b.filters(d.Filters)
	for part, piece := range text {
		b.size += len(piece)
		switch part {
		case Heading:
			b.piece(piece, 2, inHeading)
		case Code:
			b.piece(piece, 1, 0)
		default:
			b.piece(piece, 2, 0)
		}
		if b.words > mostWords {
			break
		}
	}
	info.length = uint32(b.words)
	for _, t := range b.touched {
		b.list[t].finish(len(b.docs))
	}
	b.docs, b.facets = append(b.docs, info), append(b.facets, filters)
}

// piece reads one piece of a text. Phrases do not reach into the next.
func (b *builder) piece(text []byte, halves int, places byte) {
	s := scanner{text: composed(text)}
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		if t.until-t.from <= longestWord {
			b.word = lower(b.word[:0], s.text[t.from:t.until])
			b.touch(b.word).occur(b.at, halves, places)
		}
		b.at++
		b.words++
	}
	b.at++
}

// touch finds the term of a word, new if it must be.
func (b *builder) touch(word []byte) *termBuild {
	id, ok := b.terms[string(word)]
	if !ok {
		id = uint32(len(b.list))
		exact := string(word)
		b.terms[exact] = id
		b.list = append(b.list, termBuild{exact: exact, lastDoc: -1})
	}
	t := &b.list[id]
	if t.posFrom == len(t.pos) && t.halves == 0 && t.places == 0 {
		b.touched = append(b.touched, id)
	}
	return t
}

func (t *termBuild) occur(at uint32, halves int, places byte) {
	t.halves += halves
	t.places |= places
	t.pos = binary.AppendUvarint(t.pos, uint64(at-t.lastPos))
	t.lastPos = at
}

func (t *termBuild) finish(doc int) {
	t.posts = appendPosting(t.posts, doc-t.lastDoc, occurrence(t.halves, t.places), len(t.pos)-t.posFrom)
	t.lastDoc, t.posFrom, t.lastPos, t.halves, t.places = doc, len(t.pos), 0, 0, 0
}

func appendPosting(dst []byte, step int, occurs byte, size int) []byte {
	dst = binary.AppendUvarint(dst, uint64(step))
	dst = append(dst, occurs)
	return binary.AppendUvarint(dst, uint64(size))
}

// filters notes what a document may be asked for by.
func (b *builder) filters(list []string) []uint32 {
	ids := make([]uint32, 0, len(list))
	for _, f := range list {
		b.word = append(append(b.word[:0], filterMark), f...)
		t := b.touch(b.word)
		if id := b.terms[t.exact]; !slices.Contains(ids, id) {
			t.halves = 2
			ids = append(ids, id)
		}
	}
	return ids
}

// sorted is a term with what it is found by.
type sorted struct {
	folded string
	id     uint32
}

func foldedOf(exact string) string {
	if exact != "" && exact[0] == filterMark {
		return exact
	}
	return blog.Fold(exact)
}

// build makes the segment and forgets all.
func (b *builder) build() *segment {
	order := make([]sorted, len(b.list))
	for i := range b.list {
		order[i] = sorted{foldedOf(b.list[i].exact), uint32(i)}
	}
	slices.SortFunc(order, func(x, y sorted) int {
		if c := strings.Compare(x.folded, y.folded); c != 0 {
			return c
		}
		return strings.Compare(b.list[x.id].exact, b.list[y.id].exact)
	})
	w := newWriter()
	newID := make([]uint32, len(order))
	for i, o := range order {
		t := &b.list[o.id]
		newID[o.id] = uint32(i)
		w.term([]byte(o.folded), []byte(t.exact))
		w.s.posts, w.s.pos = append(w.s.posts, t.posts...), append(w.s.pos, t.pos...)
	}
	for i := range b.docs {
		for _, id := range b.facets[i] {
			w.s.facets = append(w.s.facets, newID[id])
		}
		w.doc(b.docs[i])
	}
	b.reset()
	return w.done()
}

func (b *builder) reset() {
	clear(b.terms)
	b.docs, b.facets, b.list, b.size = b.docs[:0], b.facets[:0], nil, 0
}

// writer writes a segment, its terms in order.
type writer struct {
	s    segment
	last []byte // what the last group is found by
}

func newWriter() *writer { return &writer{} }

// term begins a term, whose postings and positions the caller appends.
func (w *writer) term(folded, exact []byte) {
	s := &w.s
	if len(s.firstOf) == 0 || !bytes.Equal(folded, w.last) {
		s.groupAt, s.firstOf = append(s.groupAt, uint32(len(s.folded))), append(s.firstOf, uint32(len(s.postAt)))
		s.folded = append(s.folded, folded...)
		w.last = append(w.last[:0], folded...)
	}
	s.exactAt = append(s.exactAt, uint32(len(s.exact)))
	if !bytes.Equal(folded, exact) {
		s.exact = append(s.exact, exact...)
	}
	s.postAt, s.posAt = append(s.postAt, uint32(len(s.posts))), append(s.posAt, uint32(len(s.pos)))
}

// doc ends a document, whose facets the caller has appended.
func (w *writer) doc(d docInfo) {
	if len(w.s.facetAt) == 0 {
		w.s.facetAt = append(w.s.facetAt, 0)
	}
	w.s.docs = append(w.s.docs, d)
	w.s.words += int(d.length)
	w.s.facetAt = append(w.s.facetAt, uint32(len(w.s.facets)))
}

// done closes the segment and gives back what its arrays have to spare.
func (w *writer) done() *segment {
	s := &w.s
	s.groupAt, s.firstOf = append(s.groupAt, uint32(len(s.folded))), append(s.firstOf, uint32(len(s.postAt)))
	s.exactAt = append(s.exactAt, uint32(len(s.exact)))
	s.postAt, s.posAt = append(s.postAt, uint32(len(s.posts))), append(s.posAt, uint32(len(s.pos)))
	if len(s.facetAt) == 0 {
		s.facetAt = append(s.facetAt, 0)
	}
	s.docs, s.facets, s.facetAt = slices.Clone(s.docs), slices.Clone(s.facets), slices.Clone(s.facetAt)
	s.folded, s.exact, s.posts, s.pos = bytes.Clone(s.folded), bytes.Clone(s.exact), bytes.Clone(s.posts), bytes.Clone(s.pos)
	s.groupAt, s.firstOf, s.exactAt = slices.Clone(s.groupAt), slices.Clone(s.firstOf), slices.Clone(s.exactAt)
	s.postAt, s.posAt = slices.Clone(s.postAt), slices.Clone(s.posAt)
	return s
}

// sumOf tells whether a document is the one that was read.
func sumOf(d Doc) uint64 {
	h := fnv.New64a()
	for _, s := range []string{d.Hash, d.Lang, d.Title, strings.Join(d.Terms, "\x00"), strings.Join(d.Filters, "\x00"), d.Date.UTC().Format("20060102")} {
		_, _ = h.Write([]byte(s + "\x00"))
	}
	return h.Sum64()
}
