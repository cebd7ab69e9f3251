package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vang/blog"
)

// Limits of what a query may ask: beyond is not looked at.
const (
	mostQueryBytes = 300
	mostQueryWords = 24
)

// Query is what a reader looks for.
type Query struct {
	text    string
	words   []word
	phrases []phrase // of words, that must stand one behind the other
	without [][]word // what must not be there: words, or phrases
	filters []string // what documents must have
	barred  []string // and must not
	many    int      // words that are looked for, those that must not be there too
}

// phrase is some of a query's words.
type phrase struct{ from, until int }

// word is one word of a query.
type word struct {
	exact    string // in small letters
	folded   string // and without accents
	marked   bool   // the two differ: who typed accents means them
	prefix   bool   // words that begin with it are meant too
	unspaced bool
	verbatim bool     // other forms of it are not meant
	forms    []string // other forms of an English word, that the index may have
}

// FilterKinds are what may stand before a colon in a query, and in Doc.Filters.
func FilterKinds() []string { return []string{"tag", "category", "series", "author", "lang", "year"} }

// Parse reads a query as people type it: words; "words that stand together"; -without; tag:x, category:x, series:x, author:x,
// lang:vi, year:2024. The last word may be unfinished, unless a space follows it.
func Parse(text string) Query {
	q := Query{text: text}
	rest := cutText(text)
	unfinished := rest != "" && !unicode.IsSpace(lastRune(rest))
	for {
		var it item
		if it, rest = nextItem(rest); it.text == "" && !it.quoted {
			break
		}
		it.unfinished = unfinished && rest == "" && !it.quoted
		q.add(it)
	}
	return q
}

func cutText(text string) string {
	text = strings.ToValidUTF8(strings.TrimLeftFunc(text, unicode.IsSpace), " ")
	if len(text) <= mostQueryBytes {
		return text
	}
	text = text[:mostQueryBytes]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// item is one thing that is looked for.
type item struct {
	text       string
	filter     string // kind of filter; "" for words
	quoted     bool
	not        bool
	unfinished bool
}

func nextItem(s string) (it item, rest string) {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	if len(s) > 1 && s[0] == '-' && !unicode.IsSpace(rune(s[1])) && s[1] != '-' {
		it.not, s = true, s[1:]
	}
	for _, k := range FilterKinds() {
		if len(s) > len(k)+1 && strings.EqualFold(s[:len(k)], k) && s[len(k)] == ':' {
			it.filter, s = k, s[len(k)+1:]
			break
		}
	}
	if inner, after, ok := quoted(s); ok {
		it.text, it.quoted = inner, true
		return it, after
	}
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	it.text = s[:end]
	return it, s[end:]
}

// quoted takes what stands in quotation marks at the beginning of s; those that are not closed end with it.
func quoted(s string) (inner, rest string, ok bool) {
	for _, marks := range [...][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"「", "」"}} {
		if after, found := strings.CutPrefix(s, marks[0]); found {
			inner, rest, _ = strings.Cut(after, marks[1])
			return inner, rest, true
		}
	}
	return "", s, false
}

func (q *Query) add(it item) {
	if it.filter != "" {
		q.addFilter(it)
		return
	}
	words := wordsOf(it)
	switch {
	case len(words) == 0:
	case q.many+len(words) > mostQueryWords:
	case it.not:
		q.many += len(words)
		q.without = append(q.without, words)
	default:
		q.many += len(words)
		from := len(q.words)
		q.words = append(q.words, words...)
		if len(words) > 1 && (it.quoted || !allUnspaced(words)) {
			q.phrases = append(q.phrases, phrase{from, len(q.words)})
		}
	}
}

func allUnspaced(words []word) bool {
	return !slices.ContainsFunc(words, func(w word) bool { return !w.unspaced })
}

func (q *Query) addFilter(it item) {
	f := it.filter + ":" + blog.Slug(it.text)
	if it.text == "" {
		return
	}
	list := &q.filters
	if it.not {
		list = &q.barred
	}
	if !slices.Contains(*list, f) {
		*list = append(*list, f)
	}
}

// Only narrows the query to documents with a filter, such as "tag:go".
func (q *Query) Only(filter string) {
	if !slices.Contains(q.filters, filter) {
		q.filters = append(q.filters, filter)
	}
}

// Filters are those that documents must have.
func (q *Query) Filters() []string { return q.filters }

// Empty tells whether nothing is asked for.
func (q *Query) Empty() bool { return len(q.words) == 0 && len(q.filters) == 0 }

// HasWords tells whether the query looks for words, not for filters alone.
func (q *Query) HasWords() bool { return len(q.words) > 0 }

// wordsOf takes an item apart as a text is.
func wordsOf(it item) []word {
	var words []word
	s := scanner{text: composed([]byte(it.text))}
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		if t.last && len(words) > 0 && words[len(words)-1].unspaced && t.from > 0 {
			continue // the pair before ends with it
		}
		exact := string(lower(nil, s.text[t.from:t.until]))
		w := word{exact: exact, folded: foldedOf(exact), unspaced: t.unspaced, prefix: t.last, verbatim: it.quoted}
		w.marked = w.folded != w.exact
		if !it.quoted && !it.not {
			w.forms = formsOf(w.exact)
			r, _ := utf8.DecodeRuneInString(exact)
			w.prefix = w.prefix || unicode.Is(unicode.Hangul, r) // whose particles are written with their words
		}
		words = append(words, w)
	}
	if n := len(words) - 1; n >= 0 && it.unfinished && !words[n].unspaced && utf8.RuneCountInString(words[n].exact) > 1 {
		words[n].prefix = true
	}
	return words
}

// formsOf are other forms of what may be an English word. Which of them are words, the index knows.
func formsOf(w string) []string {
	if len(w) < 4 || strings.IndexFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return nil
	}
	forms := []string{w + "s", w + "es", w + "ed", w + "ing"}
	stem := func(ending string, more ...string) {
		if s, ok := strings.CutSuffix(w, ending); ok && len(s) >= 3 {
			for _, m := range more {
				forms = append(forms, s+m)
			}
		}
	}
	stem("s", "")
	stem("es", "")
	stem("ies", "y")
	stem("y", "ies")
	stem("e", "ing", "ed")
	stem("ed", "", "e", "ing")
	stem("ing", "", "e", "ed", "s")
	return forms
}
