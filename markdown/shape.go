package markdown

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"vang/blog"
)

// state is what one rendering knows and learns.
type state struct {
	author  *Author
	source  []byte // with the constructs of other tools expanded, once expand returned
	options DocOptions
	around  *asked // what the document can refer to: all questions go through it
	words   Words
	ids     ids
	first   int                // number of the source's first line
	origin  func(line int) int // of which line, from 0, of what the author wrote a line of source is; nil if nothing was expanded

	headings []blog.Heading
	pictures []blog.Picture
	warnings []Warning
	warned   map[string]bool
	raw      bool // the author wrote HTML: the result is cleaned
	math     mathState
}

func (st *state) warn(offset int, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if st.warned[message] {
		return // the author mends the first and sees the others
	}
	st.warned[message] = true
	line := 0
	if offset > 0 {
		line = bytes.Count(st.source[:min(offset, len(st.source))], []byte("\n"))
	}
	if st.origin != nil {
		line = st.origin(line)
	}
	st.warnings = append(st.warnings, Warning{Line: st.first + line, Message: message})
}

// shaper turns the tree that goldmark parsed into the one that Vang shows.
type shaper struct{}

// found is the nodes of a tree that shaper changes, collected first: a tree must not change under its walk.
type found struct {
	headings []*ast.Heading
	quotes   []*ast.Blockquote
	images   []*ast.Image
	links    []ast.Node // links and autolinks
	tables   []*extast.Table
	boxes    []*extast.TaskCheckBox
	raw      []ast.Node // inline and block HTML
	fences   []*ast.FencedCodeBlock
	code     []text.Segment
}

func (s shaper) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	st, ok := pc.Get(shapeKey).(*state)
	if !ok {
		return
	}
	f := collect(doc)
	st.shapeHeadings(f.headings)
	st.shapeLinks(f.links)
	st.shapeImages(f.images)
	for _, q := range f.quotes {
		st.shapeCallout(q)
	}
	for i, t := range f.tables {
		st.shapeTable(t, i+1)
	}
	for _, b := range f.boxes {
		b.SetAttributeString("aria-label", boxLabel(st.words, b.IsChecked))
	}
	for _, n := range f.raw {
		st.shapeRaw(n)
	}
	for _, n := range f.fences {
		st.shapeFence(n)
	}
	st.findConstructs(f.code)
}

func boxLabel(w Words, done bool) string {
	if done {
		return w.Done
	}
	return w.Open
}

func collect(doc *ast.Document) *found {
	f := &found{}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			f.add(n)
		}
		return ast.WalkContinue, nil
	})
	return f
}

func (f *found) add(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		f.headings = append(f.headings, n)
	case *ast.Blockquote:
		f.quotes = append(f.quotes, n)
	case *ast.Image:
		f.images = append(f.images, n)
	case *ast.Link, *ast.AutoLink:
		f.links = append(f.links, n)
	case *extast.Table:
		f.tables = append(f.tables, n)
	case *extast.TaskCheckBox:
		f.boxes = append(f.boxes, n)
	case *ast.RawHTML, *ast.HTMLBlock:
		f.raw = append(f.raw, n)
	case *ast.FencedCodeBlock:
		f.fences = append(f.fences, n)
		f.code = append(f.code, n.Lines().Sliced(0, n.Lines().Len())...)
	case *ast.CodeBlock:
		f.code = append(f.code, n.Lines().Sliced(0, n.Lines().Len())...)
	case *ast.CodeSpan:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if t, ok := c.(*ast.Text); ok {
				f.code = append(f.code, t.Segment)
			}
		}
	}
}

// shapeLinks turns what would run code into its text.
func (st *state) shapeLinks(links []ast.Node) {
	var dangerous []ast.Node
	for _, n := range links {
		var target string
		switch n := n.(type) {
		case *ast.Link:
			target = unescape(n.Destination) // goldmark resolves entities when it writes the link
		case *ast.AutoLink:
			target = unescape(n.URL(st.source))
		}
		if !safeLink(target) {
			st.warn(n.Pos(), "the link to %.60q is left out: browsers would not open it safely; use https", target)
			dangerous = append(dangerous, n)
		}
	}
	unwrap(dangerous, st.source)
}

// shapeTable gives cells a class for their alignment, because the content security policy forbids style attributes.
func (st *state) shapeTable(t *extast.Table, number int) {
	t.SetAttributeString("aria-label", fmt.Sprintf("%s %d", st.words.Table, number))
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if c, ok := cell.(*extast.TableCell); ok && c.Alignment != extast.AlignNone {
				c.SetAttributeString("class", []byte(c.Alignment.String()))
			}
		}
	}
}
