package search

import (
	"cmp"
	"slices"
	"strings"
)

// Ask is what of an answer is wanted.
type Ask struct {
	From, Until int  // of the hits, in order
	Facets      bool // how many of all have which filter
}

// Search answers a query.
func (x *Index) Search(q Query, ask Ask) Found {
	f := newFinder(x.state(), &q)
	found := Found{Ready: f.version != ""}
	if q.Empty() || f.docs == 0 {
		return found
	}
	f.filter()
	f.columns = make([]*column, len(q.words))
	for i := range q.words {
		f.columns[i] = x.columns.get(f.docs)
		f.match(&q.words[i], f.columns[i])
	}
	list := f.dropWithout(f.keepPhrases(f.candidates(false)), &x.columns)
	if len(list) == 0 && len(q.words) > 0 {
		found.Meant = f.meant()
		found.Partial = len(q.words) > 1 && len(q.phrases) == 0
		if found.Partial {
			list = f.dropWithout(f.candidates(true), &x.columns)
		}
	}
	found.Total = len(list)
	found.Partial = found.Partial && len(list) > 0
	f.weighPairs(list)
	found.Hits = f.hits(list, ask)
	if ask.Facets {
		found.Facets = f.facets(list)
	}
	for _, col := range f.columns {
		x.columns.pool.Put(col)
	}
	return found
}

// filter looks which documents the query's filters leave.
func (f *finder) filter() {
	for _, name := range f.q.filters {
		had := f.having(name)
		if f.allowed != nil {
			for i := range had {
				had[i] = had[i] && f.allowed[i]
			}
		}
		f.allowed = had
	}
	for _, name := range f.q.barred {
		had := f.having(name)
		for i := range had {
			had[i] = !had[i] && (f.allowed == nil || f.allowed[i])
		}
		f.allowed = had
	}
}

// having are the documents that have a filter.
func (f *finder) having(name string) []bool {
	had := make([]bool, f.docs)
	for n, p := range f.parts {
		if g, ok := p.find(append([]byte{filterMark}, name...)); ok {
			from, _ := p.terms(g)
			p.postings(from, func(x posting) { had[f.base[n]+x.doc] = true })
		}
	}
	return had
}

// fineness is into how many steps scores are divided: within one the newer document comes first.
const fineness = 64

// hits are those of list that are asked for.
func (f *finder) hits(list []candidate, ask Ask) []Hit {
	for i := range list {
		list[i].rank = int32(list[i].score * fineness)
	}
	from, until := min(max(0, ask.From), len(list)), min(max(0, ask.Until), len(list))
	if from >= until {
		return nil
	}
	best := f.best(list, until)
	hits := make([]Hit, 0, until-from)
	for _, c := range best[from:] {
		hits = append(hits, Hit{Key: f.parts[c.part].docs[c.doc].key, Score: float64(c.score)})
	}
	return hits
}

// best are the first n of list in order. Sorting all of ten thousand takes longer than finding them.
func (f *finder) best(list []candidate, n int) []*candidate {
	best := make([]*candidate, 0, n+1)
	before := func(a, b *candidate) int { return f.order(a, b) }
	if n > 200 {
		for i := range list {
			best = append(best, &list[i])
		}
		slices.SortFunc(best, before)
		return best[:n]
	}
	for i := range list {
		c := &list[i]
		if len(best) == n && f.order(c, best[n-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, c, before)
		best = slices.Insert(best, at, c)
		best = best[:min(n, len(best))]
	}
	return best
}

// order is the better one first: accents as they were typed, then the score, then the date.
func (f *finder) order(a, b *candidate) int {
	x, y := &f.parts[a.part].docs[a.doc], &f.parts[b.part].docs[b.doc]
	return cmp.Or(b.accents-a.accents, cmp.Compare(b.rank, a.rank), cmp.Compare(y.day, x.day), strings.Compare(x.key, y.key))
}

// facets counts the filters of all in list, those that most have first.
func (f *finder) facets(list []candidate) []Facet {
	counts := make([][]int, len(f.parts))
	for _, c := range list {
		for _, t := range f.parts[c.part].docFacets(c.doc) {
			if int(t) >= len(counts[c.part]) {
				counts[c.part] = append(counts[c.part], make([]int, int(t)+1-len(counts[c.part]))...)
			}
			counts[c.part][t]++
		}
	}
	sums := map[string]int{}
	for n, list := range counts {
		for t, count := range list {
			if count > 0 {
				sums[f.parts[n].filterOf(t)] += count
			}
		}
	}
	all := make([]Facet, 0, len(sums))
	for name, n := range sums {
		all = append(all, Facet{name, n})
	}
	slices.SortFunc(all, func(a, b Facet) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Filter, b.Filter)) })
	return all
}

// filterOf is the filter that a term is: filters come before all words, and each is a group of its own.
func (s *segment) filterOf(t int) string { return string(s.group(t)[1:]) }
