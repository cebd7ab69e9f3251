package views

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vang/blog"
)

func (a Archive) heading(w *Catalogue) string {
	if a.Only != 0 {
		return Fill(w.Year, "year", itoa(a.Only))
	}
	return w.Archive
}

// folded are the years that the page only leads to.
func (a Archive) folded() []Year {
	var years []Year
	for _, y := range a.Years {
		if len(y.Entries) == 0 {
			years = append(years, y)
		}
	}
	return years
}

func (y Year) label(w *Catalogue) string {
	if y.Year == 0 {
		return w.Undated
	}
	return itoa(y.Year)
}

func (s Shelf) title(w *Catalogue) string { return kindTitle(s.Kind, w) }

// kindTitle is what all terms of a kind are called.
func kindTitle(kind string, w *Catalogue) string {
	switch kind {
	case "category":
		return w.Categories
	case "series":
		return w.Series
	case "author":
		return w.Authors
	}
	return w.Tags
}

// KindTitle is what all terms of a kind, as a Listing's, are called.
func KindTitle(kind string, lang blog.Lang) string { return kindTitle(kind, Words(lang)) }

// manyTerms is from how many terms on they stand under their letters.
const manyTerms = 30

// letter is the terms that begin alike.
type letter struct {
	Letter string // "" for all
	Terms  []TermCount
}

// grouped are terms by the letter of their slug, in which marks are gone: Đ stands with D. Few of them need no letters.
func grouped(terms []TermCount) []letter {
	if len(terms) == 0 {
		return nil
	}
	sorted := slices.Clone(terms)
	slices.SortStableFunc(sorted, func(a, b TermCount) int { return strings.Compare(a.Slug, b.Slug) })
	if len(sorted) < manyTerms {
		return []letter{{Terms: sorted}}
	}
	var groups []letter
	for _, t := range sorted {
		first := initial(t.Slug)
		if n := len(groups); n == 0 || groups[n-1].Letter != first {
			groups = append(groups, letter{Letter: first})
		}
		last := &groups[len(groups)-1]
		last.Terms = append(last.Terms, t)
	}
	return groups
}

func initial(slug string) string {
	if r, _ := utf8.DecodeRuneInString(slug); unicode.IsLetter(r) {
		return string(unicode.ToUpper(r))
	}
	return "#"
}

// lastPart is the end of a path.
func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
