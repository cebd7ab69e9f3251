package views

import (
	"github.com/a-h/templ"

	"vang/blog"
)

// longContents is the number of headings from which a text has a table of contents.
const longContents = 3

// raw writes HTML that markdown has made safe.
func raw(html string) templ.Component { return templ.Raw(html) }

// place is "Part 2 of 5".
func (s SeriesPart) place(w *Catalogue) string {
	return Fill(w.PartOf, "part", itoa(s.Number), "parts", itoa(s.Of))
}

// neighbour is a post beside another, and what it is called there; nil at an end.
type neighbour struct {
	post *blog.Post
	word string
}

func (p PostPage) around(w *Catalogue) (previous, next neighbour) {
	if s := p.Series; s != nil && (s.Previous != nil || s.Next != nil) {
		return neighbour{s.Previous, w.PreviousPart}, neighbour{s.Next, w.NextPart}
	}
	return neighbour{p.Previous, w.PreviousPost}, neighbour{p.Next, w.NextPost}
}
