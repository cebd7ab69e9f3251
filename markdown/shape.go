package markdown

import (
	"bytes"
	"fmt"
	"slices"

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

	math mathState

	shown bool // the author shows constructs of other tools on purpose

	framed     bool // what is read stands in a <picture> of the author's
	insecure   int  // pictures from http addresses
	insecureAt int
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
	pictures []ast.Node // images and HTML, which may hold some, in the order of the text
	links    []ast.Node // links and autolinks
	tables   []*extast.Table
	boxes    []*extast.TaskCheckBox
	fences   []*ast.FencedCodeBlock
	code     []text.Segment

	containers []*division
	attributes []ast.Node // lines of attributes and inline ones
	contents   []*ast.Paragraph
	breaks     []*ast.Text
}

func (s shaper) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	st, ok := pc.Get(shapeKey).(*state)
	if !ok {
		return
	}
	st.shapeNotes(doc)
	f := st.collect(doc)
	for _, n := range f.attributes {
		switch n := n.(type) {
		case *attributesBlock:
			st.shapeAttributes(n)
		case *inlineAttributes:
			st.shapeInlineAttributes(n)
		}
	}
	st.shapeHeadings(f.headings)
	st.shapeLinks(f.links)
	st.shapePictures(f.pictures)
	st.shapeBlocks(f)
	slices.SortFunc(f.code, func(a, b text.Segment) int { return a.Start - b.Start })
	st.findConstructs(f.code)
	st.findNotes(f.code)
	for _, t := range f.breaks {
		st.joinLines(t)
	}
}

func (st *state) shapeBlocks(f *found) {
	for _, q := range f.quotes {
		st.shapeCallout(q)
	}
	for _, c := range f.containers {
		st.shapeContainer(c)
	}
	for i, t := range f.tables {
		st.shapeTable(t, i+1)
	}
	for _, b := range f.boxes {
		b.SetAttributeString("aria-label", boxLabel(st.words, b.IsChecked))
	}
	for _, n := range f.fences {
		st.shapeFence(n)
	}
	for _, p := range f.contents {
		st.shapeContents(p)
	}
}

func (st *state) shapePictures(nodes []ast.Node) {
	for _, n := range nodes {
		if img, ok := n.(*ast.Image); ok {
			st.shapeImage(img)
		} else {
			st.shapeRaw(n)
		}
	}
	st.warnOfInsecure()
}

func boxLabel(w Words, done bool) string {
	if done {
		return w.Done
	}
	return w.Open
}

func (st *state) collect(doc *ast.Document) *found {
	f := &found{}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			f.add(n)
			f.addOwn(n, st.source)
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
	case *ast.Image, *ast.RawHTML, *ast.HTMLBlock:
		f.pictures = append(f.pictures, n)
	case *ast.Link, *ast.AutoLink:
		f.links = append(f.links, n)
	case *extast.Table:
		f.tables = append(f.tables, n)
	case *extast.TaskCheckBox:
		f.boxes = append(f.boxes, n)
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

// addOwn adds the nodes of Vang's own syntax.
func (f *found) addOwn(n ast.Node, source []byte) {
	switch n := n.(type) {
	case *division:
		f.containers = append(f.containers, n)
	case *attributesBlock, *inlineAttributes:
		f.attributes = append(f.attributes, n)
	case *ast.Paragraph:
		if isContents(n, source) {
			f.contents = append(f.contents, n)
		}
	case *ast.Text:
		if n.SoftLineBreak() {
			f.breaks = append(f.breaks, n)
		}
	}
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
