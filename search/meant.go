package search

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// meant is the query with the words that nobody has replaced by the likeliest that somebody has; "" if there is none.
func (f *finder) meant() string {
	text, changed := f.q.text, false
	for i := range f.q.words {
		w := &f.q.words[i]
		if f.columns[i].docs > 0 || w.unspaced || utf8.RuneCountInString(w.folded) < 4 {
			continue
		}
		if better := f.nearest(w.folded); better != "" {
			text, changed = replaceWord(text, w.exact, better), true
		}
	}
	if !changed || text == f.q.text {
		return ""
	}
	return text
}

func replaceWord(text, exact, better string) string {
	if at := strings.Index(strings.ToLower(text), exact); at >= 0 && at+len(exact) <= len(text) {
		return text[:at] + better + text[at+len(exact):]
	}
	return text
}

// nearest is the word that differs least from folded and begins as it does, the commonest of those.
func (f *finder) nearest(folded string) string {
	first, _ := utf8.DecodeRuneInString(folded)
	limit := 1
	if utf8.RuneCountInString(folded) > 5 {
		limit = 2
	}
	best, bestFar, bestWeight := "", limit+1, 0
	for _, p := range f.parts {
		start, _ := p.find([]byte(string(first)))
		for g := start; g < p.groups() && bytes.HasPrefix(p.group(g), []byte(string(first))); g++ {
			word := p.group(g)
			if len(word) > len(folded)+limit || len(word)+limit < len(folded) {
				continue
			}
			far := distance(folded, string(word), min(limit, bestFar))
			if weight := p.groupWeight(g); far < bestFar || far == bestFar && far <= limit && weight > bestWeight {
				best, bestFar, bestWeight = p.commonest(g), far, weight
			}
		}
	}
	return best
}

// commonest is how most write a group's word.
func (s *segment) commonest(g int) string {
	from, until := s.terms(g)
	best := from
	for t := from; t < until; t++ {
		if s.weight(t) > s.weight(best) {
			best = t
		}
	}
	return string(s.term(g, best))
}

// distance is how many letters were left out, added, changed or swapped with their neighbour between a and b; limit+1 for
// more than limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	before, row, next := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next[0] = i + 1
		least := next[0]
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
			least = min(least, next[j+1])
		}
		if least > limit {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return min(row[len(y)], limit+1)
}
