package views

import (
	"github.com/a-h/templ"

	"vang/blog"
)

func (l Listing) termTitle(w *Catalogue) string {
	if l.Kind == "tag" {
		return Fill(w.TagTitle, "name", l.Term.Name)
	}
	return Fill(w.CategoryTitle, "name", l.Term.Name)
}

func (a Archive) heading(w *Catalogue) string {
	if len(a.Years) == 1 && len(a.Terms) == 0 && a.Years[0].Year != 0 {
		return Fill(w.Year, "year", itoa(a.Years[0].Year))
	}
	return w.Archive
}

func (y Year) label(w *Catalogue) string {
	if y.Year == 0 {
		return w.Undated
	}
	return itoa(y.Year)
}

// langOf marks text in another language than what is around it.
func langOf(lang, around blog.Lang) templ.Attributes {
	if l := foreign(lang, around); l != "" {
		return templ.Attributes{"lang": l}
	}
	return nil
}

// titleOf is a post's title, or its slug where the author gave none: a link needs words.
func titleOf(p blog.Post) string {
	if p.Title == "" {
		return p.Slug
	}
	return p.Title
}
