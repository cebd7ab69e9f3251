package markdown

import (
	"html"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	rhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// The nodes that Markdown lacks.
var (
	kindCallout      = ast.NewNodeKind("VangCallout")
	kindCalloutTitle = ast.NewNodeKind("VangCalloutTitle")
	kindFigure       = ast.NewNodeKind("VangFigure")
	kindHTML         = ast.NewNodeKind("VangHTML")
	kindContainer    = ast.NewNodeKind("VangContainer")
	kindAttributes   = ast.NewNodeKind("VangAttributes")
	kindNotes        = ast.NewNodeKind("VangNotes")
	kindNote         = ast.NewNodeKind("VangNote")
	kindNoteRef      = ast.NewNodeKind("VangNoteRef")
	kindMark         = ast.NewNodeKind("VangMark")
	kindSpan         = ast.NewNodeKind("VangSpan")
)

// node is a block of one of our own kinds.
type node struct {
	ast.BaseBlock
	kind ast.NodeKind
}

func newNode(kind ast.NodeKind) *node { return &node{kind: kind} }

// Kind implements ast.Node.
func (n *node) Kind() ast.NodeKind { return n.kind }

// Dump implements ast.Node.
func (n *node) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// inline is an inline node of one of our own kinds.
type inline struct {
	ast.BaseInline
	kind ast.NodeKind
}

func newInline(kind ast.NodeKind) *inline { return &inline{kind: kind} }

// Kind implements ast.Node.
func (n *inline) Kind() ast.NodeKind { return n.kind }

// Dump implements ast.Node.
func (n *inline) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// authorRenderer draws what differs from goldmark's own way, and our own nodes.
type authorRenderer struct {
	colours *colours
}

func (r authorRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(ast.KindFencedCodeBlock, r.fenced)
	reg.Register(ast.KindCodeBlock, r.indented)
	reg.Register(extast.KindTable, r.table)
	reg.Register(extast.KindTaskCheckBox, r.box)
	reg.Register(kindCallout, r.callout)
	reg.Register(kindCalloutTitle, r.calloutTitle)
	reg.Register(kindFigure, r.figure)
	reg.Register(kindHTML, r.html)
	reg.Register(kindContainer, r.container)
	reg.Register(kindMark, r.mark)
	reg.Register(kindSpan, r.span)
	reg.Register(ast.KindImage, r.image)
}

func (authorRenderer) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	level := string('0' + byte(n.(*ast.Heading).Level))
	if entering {
		write(w, "<h", level)
		rhtml.RenderAttributes(w, n, rhtml.HeadingAttributeFilter)
		write(w, ">")
		return ast.WalkContinue, nil
	}
	if id, ok := attribute(n, "id"); ok {
		// For pointers only: a keyboard's reader has the table of contents, and a screen reader would read it into the title.
		write(w, ` <a class="anchor" href="#`, html.EscapeString(id), `" aria-hidden="true" tabindex="-1"></a>`)
	}
	write(w, "</h", level, ">\n")
	return ast.WalkContinue, nil
}

func (authorRenderer) table(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		label, _ := attribute(n, "aria-label")
		write(w, `<div class="table" tabindex="0" role="region" aria-label="`, html.EscapeString(label), "\">\n<table")
		rhtml.RenderAttributes(w, n, rhtml.GlobalAttributeFilter)
		write(w, ">\n")
	} else {
		write(w, "</table>\n</div>\n")
	}
	return ast.WalkContinue, nil
}

func (authorRenderer) box(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	label, _ := attribute(n, "aria-label")
	write(w, `<input type="checkbox" disabled`)
	if n.(*extast.TaskCheckBox).IsChecked {
		write(w, " checked")
	}
	write(w, ` aria-label="`, html.EscapeString(label), `"> `)
	return ast.WalkContinue, nil
}

func (authorRenderer) figure(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		write(w, "<figure")
		rhtml.RenderAttributes(w, n, rhtml.GlobalAttributeFilter)
		write(w, ">\n")
		return ast.WalkContinue, nil
	}
	caption, _ := attribute(n, "caption")
	write(w, "\n<figcaption>", html.EscapeString(caption), "</figcaption>\n</figure>\n")
	return ast.WalkContinue, nil
}

func (authorRenderer) html(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		markup, _ := attribute(n, "html")
		write(w, markup)
	}
	return ast.WalkSkipChildren, nil
}

// write needs no error: the writer keeps its first one, and the renderer returns it when it flushes.
func write(w util.BufWriter, parts ...string) {
	for _, p := range parts {
		_, _ = w.WriteString(p)
	}
}

func (authorRenderer) span(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	writeElement(w, "span", n, entering)
	return ast.WalkContinue, nil
}

// writeElement writes one end of an element with n's attributes, which were judged when n was shaped.
func writeElement(w util.BufWriter, name string, n ast.Node, entering bool) {
	if !entering {
		write(w, "</", name, ">")
		return
	}
	write(w, "<", name)
	rhtml.RenderAttributes(w, n, nil)
	write(w, ">")
}
