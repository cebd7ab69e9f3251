package search

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fragment is a piece of an excerpt.
type Fragment struct {
	Text   string
	Marked bool // what the query looks for
}

const (
	mostExcerptText = 128 << 10 // bytes of a text in which its excerpt is looked for
	shortWord       = 4         // letters of words that are marked only beside another, where there are such
)

// mark is a word of the query in a text.
type mark struct {
	from, until int // bytes
	at          int // number of the word in the text
	word        int // of the query
	agrees      bool
	whole       bool // not an ending that was not typed
	beside      bool // the query's next or last word stands beside it
}

// Mark shows where a query's words stand in a short text, such as a title.
func (q *Query) Mark(text string) []Fragment {
	all := composed([]byte(text))
	return fragments(all, 0, len(all), q.marks(all))
}

// Excerpt is the part of a text that tells most of what the query looks for, of about so many characters. It is nil where the text has
// none of its words.
func (q *Query) Excerpt(text Text, length int) []Fragment {
	all := make([]byte, 0, 8<<10)
	for part, piece := range text {
		all = appendPiece(all, piece)
		if part == Heading && !unicode.IsPunct(lastRune(string(all[max(0, len(all)-utf8.UTFMax):]))) {
			all = append(all, " —"...)
		}
		if len(all) > mostExcerptText {
			break
		}
	}
	all = composed(all)
	marks := q.marks(all)
	if len(marks) == 0 {
		return nil
	}
	from, until := q.window(all, marks, length)
	return fragments(all, from, until, marks)
}

// appendPiece appends a piece's words with one space before each.
func appendPiece(dst, piece []byte) []byte {
	for word := range bytes.FieldsSeq(piece) {
		if len(dst) > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, word...)
	}
	return dst
}

// marks are the query's words in a text. Those with other accents are left out where some have the same.
func (q *Query) marks(text []byte) []mark {
	var list []mark
	s, n := scanner{text: text}, 0
	buf := make([]byte, 0, longestWord)
	agrees := false
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		n++
		if t.until-t.from > longestWord {
			continue
		}
		buf = lower(buf[:0], s.text[t.from:t.until])
		if w, same := q.wordLike(buf); w >= 0 {
			if t.unspaced && q.words[w].prefix {
				t.until = min(t.until, t.from+len(q.words[w].exact)) // one sign was typed
			}
			list = append(list, mark{from: t.from, until: t.until, at: n, word: w, agrees: same, whole: t.unspaced || utf8.RuneCount(buf) == utf8.RuneCountInString(q.words[w].exact)})
			agrees = agrees || same
		}
	}
	return q.besides(list, agrees)
}

// wordLike finds the word of the query that a word of a text is.
func (q *Query) wordLike(exact []byte) (n int, agrees bool) {
	if len(exact) == 0 {
		return -1, false
	}
	folded := ""
	n = -1
	for i := range q.words {
		w := &q.words[i]
		if exact[0] < utf8.RuneSelf && exact[0] != w.folded[0] {
			continue // most words of a text are told by their first letter
		}
		if folded == "" {
			folded = foldedOf(string(exact))
		}
		if w.folded != folded && (!w.prefix || !strings.HasPrefix(folded, w.folded)) && !isForm(w, folded) {
			continue
		}
		if !w.marked || agree(w.exact, string(exact)) != otherAccents {
			return i, true
		}
		n = i
	}
	return n, false
}

func isForm(w *word, folded string) bool {
	return slices.Contains(w.forms, folded)
}

// besides notes which marks stand beside each other as in the query, and drops those that say little: with other accents where
// some have the same, and short words alone where some stand together.
func (q *Query) besides(list []mark, agrees bool) []mark {
	kept := list[:0]
	for _, m := range list {
		if m.agrees == agrees {
			kept = append(kept, m)
		}
	}
	together := false
	for i := 1; i < len(kept); i++ {
		a, b := &kept[i-1], &kept[i]
		if a.at+1 == b.at && a.word+1 == b.word {
			a.beside, b.beside, together = true, true, true
		}
	}
	if !together {
		return kept
	}
	list, kept = kept, kept[:0]
	for _, m := range list {
		if w := &q.words[m.word]; m.beside || w.unspaced || m.whole && utf8.RuneCountInString(w.exact) > shortWord {
			kept = append(kept, m)
		}
	}
	return kept
}

// window is where most different words of the query stand within so many characters, the first such place.
func (q *Query) window(text []byte, marks []mark, length int) (from, until int) {
	best, bestWorth, seen := 0, -1, make([]bool, len(q.words))
	for i := range marks {
		clear(seen)
		worth := 0
		for j := i; j < len(marks) && marks[j].until-marks[i].from < length; j++ {
			if !seen[marks[j].word] {
				seen[marks[j].word] = true
				worth += 8
			}
			if marks[j].beside {
				worth += 2
			}
			worth++
		}
		if worth > bestWorth {
			best, bestWorth = i, worth
		}
		if i > 500 {
			break
		}
	}
	return stretch(text, marks[best].from, length)
}

// stretch is about so many characters of text around a place, begun and ended between words.
func stretch(text []byte, at, length int) (from, until int) {
	from = at
	for n := 0; from > 0 && n < length/4; n++ {
		_, size := utf8.DecodeLastRune(text[:from])
		from -= size
	}
	if from > 0 {
		if gap := bytes.IndexByte(text[from:at], ' '); gap >= 0 {
			from += gap + 1
		}
		from += len(text[from:at]) - len(bytes.TrimLeft(text[from:at], "—-–,.;: "))
	}
	until = from
	for n := 0; until < len(text) && n < length; n++ {
		_, size := utf8.DecodeRune(text[until:])
		until += size
	}
	if until < len(text) {
		if gap := bytes.LastIndexByte(text[from:until], ' '); gap > (until-from)*2/3 {
			until = from + gap
		}
	}
	return from, until
}

// fragments cuts text at its marks. Marks that touch, or have only a space between them, are one.
func fragments(text []byte, from, until int, marks []mark) []Fragment {
	var list []Fragment
	put := func(s string, marked bool) {
		if s == "" {
			return
		}
		if n := len(list); n > 0 && list[n-1].Marked == marked {
			list[n-1].Text += s
			return
		}
		list = append(list, Fragment{s, marked})
	}
	if from > 0 {
		put("… ", false)
	}
	at := from
	for i, m := range marks {
		if m.from < from || m.until > until {
			continue
		}
		joins := i > 0 && m.beside && marks[i-1].at+1 == m.at && marks[i-1].beside && m.from >= at && string(text[at:m.from]) == " "
		put(string(text[at:max(at, m.from)]), joins)
		put(string(text[max(at, m.from):max(at, m.until)]), true)
		at = max(at, m.until)
	}
	put(string(text[at:until]), false)
	if until < len(text) {
		put(" …", false)
	}
	return list
}
