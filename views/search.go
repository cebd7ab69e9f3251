package views

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"vang/blog"
)

// SearchPage is what was looked for and what was found.
type SearchPage struct {
	Frame
	Query   string
	Action  string       // address of the form
	Kept    []Kept       // what the form sends besides
	Active  []SearchLink // filters that are on, and the addresses without them
	Facets  []FacetGroup // filters that could be on
	Results []SearchResult
	Total   int
	First   int // number of the first of Results, from 1
	Page    int
	Pages   int
	Newer   string // addresses of the neighbouring pages; "" at the ends
	Older   string
	Asked   bool       // whether anything was looked for
	Partial bool       // no post has all the words
	Foreign bool       // nothing in the reader's language: these are in others
	All     SearchLink // the same query in all languages; its URL is "" where that would find no more
	Meant   SearchLink // what else may have been meant; its URL is "" for nothing
	Ready   bool       // all posts can be found already
	Browse  []TermCount
	Archive string
	Latest  []Entry // a way on, where nothing was found
}

// Kept is a value that a form sends without showing it.
type Kept struct{ Name, Value string }

// SearchLink is a query and its address.
type SearchLink struct {
	Label string
	URL   string
	Count int // of what it would find; 0 if that is not known
}

// FacetGroup is filters of one kind.
type FacetGroup struct {
	Label string
	Links []SearchLink
}

// SearchResult is a post with what was found in it.
type SearchResult struct {
	blog.Post
	Heading []Piece
	Excerpt []Piece
}

// Piece is a part of a text; those that are marked were looked for.
type Piece struct {
	Text   string
	Marked bool
}

// found is the count of results in words.
func (p SearchPage) found(w *Catalogue) string {
	if p.Total == 0 {
		return Fill(w.FoundNone, "query", p.Query)
	}
	return count(int64(p.Total), w.Found1, w.Found)
}

func (p SearchPage) nothing() bool { return p.Asked && p.Total == 0 }

// metaOf is htmx's configuration. On the page of a search it keeps the address level with what is typed.
func metaOf(kind string) string {
	if kind == "search" {
		return `{"history":"reload",` + htmxConfig[len(`{"history":false,`):]
	}
	return htmxConfig
}

// markedText writes pieces one behind the other. A template would put spaces between them, within words.
func markedText(list []Piece) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, p := range list {
			text := templ.EscapeString(p.Text)
			if p.Marked {
				text = "<mark>" + text + "</mark>"
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	})
}
