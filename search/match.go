package search

import (
	"bytes"
	"math"
	"slices"
	"sort"
	"sync"
)

const (
	mostEndings   = 256  // terms that an unfinished word stands for, the commonest
	mostNeighbour = 3000 // documents whose words are looked at for neighbours, the best
)

// How much the place of a word is worth, in terms of a body full of it.
const (
	worthTitle   = 1.6
	worthTerms   = 1.1
	worthHeading = 0.5
	worthPair    = 1.2 // two words of the query one behind the other
)

// BM25's constants.
const (
	saturation = 1.2
	byLength   = 0.6
)

// column is what one word of a query finds: for each document, by its number in the whole index.
type column struct {
	often []float32 // how often it is there, worth less where accents differ
	bonus []float32 // for where it stands
	how   []agreement
	first []int32 // of its hits, +1; 0 if there is none
	hits  []hit
	docs  int // that have it
	rare  float32
}

// hit is a term in a document.
type hit struct {
	next int32
	pos  span
}

// columns are reused: they take a hundred kilobytes each.
type columns struct{ pool sync.Pool }

func (c *columns) get(docs int) *column {
	col, _ := c.pool.Get().(*column)
	if col == nil || cap(col.often) < docs {
		return &column{often: make([]float32, docs), bonus: make([]float32, docs), how: make([]agreement, docs), first: make([]int32, docs)}
	}
	col.often, col.bonus, col.how, col.first = col.often[:docs], col.bonus[:docs], col.how[:docs], col.first[:docs]
	clear(col.often)
	clear(col.bonus)
	clear(col.how)
	clear(col.first)
	col.hits, col.docs, col.rare = col.hits[:0], 0, 0
	return col
}

// finder answers one query.
type finder struct {
	*state
	q       *Query
	base    []int // number of each part's first document
	docs    int   // numbers, those of documents that are gone too
	living  int
	average float32 // words of a document
	allowed []bool  // nil: all that live
	columns []*column
	a, b, c []uint32 // positions
}

// candidate is a document that may be found.
type candidate struct {
	part, doc int
	accents   int // how far they agree with those typed
	score     float32
	rank      int32 // the score, so coarse that the date may decide
}

func newFinder(st *state, q *Query) *finder {
	f := &finder{state: st, q: q}
	words := 0
	for _, p := range st.parts {
		f.base = append(f.base, f.docs)
		f.docs += len(p.docs)
		f.living += p.living
		words += p.words
	}
	f.average = float32(max(1, words)) / float32(max(1, f.docs))
	return f
}

// match fills a column with what a word finds in all parts.
func (f *finder) match(w *word, col *column) {
	for n := range f.parts {
		p := &f.parts[n]
		p.matching(w, func(t int, worth float32, how agreement) {
			p.postings(t, func(x posting) { f.put(col, n, p, x, worth, how) })
		})
	}
	all, some := float64(f.living), float64(col.docs)
	col.rare = float32(math.Log(1 + (all-some+0.5)/(some+0.5)))
}

func (f *finder) put(col *column, n int, p *part, x posting, worth float32, how agreement) {
	at := f.base[n] + x.doc
	if p.dead.has(x.doc) || f.allowed != nil && !f.allowed[at] {
		return
	}
	if col.first[at] == 0 {
		col.docs++
	}
	col.often[at] += worth * often(x.occurs)
	col.bonus[at] = max(col.bonus[at], worth*bonusOf(x.occurs, p.docs[x.doc].titleEnd))
	col.how[at] = max(col.how[at], how)
	col.hits = append(col.hits, hit{next: col.first[at], pos: x.pos})
	col.first[at] = int32(len(col.hits))
}

// bonusOf is worth more in a short title.
func bonusOf(occurs byte, titleEnd uint16) (b float32) {
	if occurs&inTitle != 0 {
		b += worthTitle * (0.5 + 2.5/(3+float32(titleEnd)))
	}
	if occurs&inTerms != 0 {
		b += worthTerms
	}
	if occurs&inHeading != 0 {
		b += worthHeading
	}
	return b
}

// matching calls use for each term that a word may mean.
func (s *segment) matching(w *word, use func(t int, worth float32, how agreement)) {
	g, same := s.find([]byte(w.folded))
	if same {
		s.variants(w, g, 1, use)
		g++
	}
	if w.prefix {
		s.endings(w, g, use)
		return
	}
	for _, form := range w.forms {
		if g, ok := s.find([]byte(form)); ok {
			s.variants(w, g, 0.8, use)
		}
	}
}

func (s *segment) variants(w *word, g int, share float32, use func(t int, worth float32, how agreement)) {
	from, until := s.terms(g)
	for t := from; t < until; t++ {
		worth, how := w.worth(string(s.term(g, t)))
		if w.verbatim && w.marked && how == otherAccents {
			continue
		}
		use(t, worth*share, how)
	}
}

// endings are the groups that begin with the word.
func (s *segment) endings(w *word, g int, use func(t int, worth float32, how agreement)) {
	end := g + sort.Search(s.groups()-g, func(i int) bool { return !bytes.HasPrefix(s.group(g+i), []byte(w.folded)) })
	if end-g <= mostEndings {
		for ; g < end; g++ {
			s.variants(w, g, 1, use)
		}
		return
	}
	list := make([]int, 0, end-g)
	for ; g < end; g++ {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b int) int { return s.groupWeight(b) - s.groupWeight(a) })
	for _, g := range list[:mostEndings] {
		s.variants(w, g, 1, use)
	}
}

func (s *segment) groupWeight(g int) int {
	from, until := s.terms(g)
	return int(s.postAt[until] - s.postAt[from])
}

// candidates are the documents that have all words of the query, or, where that is loose, the more telling half of them.
func (f *finder) candidates(loose bool) []candidate {
	least := float32(0)
	for _, col := range f.columns {
		least += counts(col, loose)
	}
	if loose {
		if least == 0 {
			return nil
		}
		least /= 2
	}
	var list []candidate
	for n := range f.parts {
		p := &f.parts[n]
		for doc := range p.docs {
			at := f.base[n] + doc
			if p.dead.has(doc) || f.allowed != nil && !f.allowed[at] {
				continue
			}
			if c := (candidate{part: n, doc: doc}); f.weigh(&c, at, loose) >= least {
				list = append(list, c)
			}
		}
	}
	return list
}

// counts is what it counts to have a word: one, or how telling it is. What nobody has counts nothing then.
func counts(col *column, loose bool) float32 {
	switch {
	case !loose:
		return 1
	case col.docs == 0:
		return 0
	}
	return col.rare
}

// weigh scores a document for its words, and returns how much of the query it has.
func (f *finder) weigh(c *candidate, at int, loose bool) (has float32) {
	norm := saturation * (1 - byLength + byLength*float32(f.parts[c.part].docs[c.doc].length)/f.average)
	for i, col := range f.columns {
		if col.first[at] == 0 {
			continue
		}
		has += counts(col, loose)
		c.score += col.rare * (col.often[at]/(col.often[at]+norm) + col.bonus[at])
		if f.q.words[i].marked {
			c.accents += int(col.how[at])
		}
	}
	return has
}
