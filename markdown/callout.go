package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	rhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// shapeCallout turns a quote whose first line is "[!NOTE]" into a callout. What follows on that line is its title.
func (st *state) shapeCallout(q *ast.Blockquote) {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	line := p.Lines().At(0)
	m := calloutMark.FindSubmatch(line.Value(st.source))
	if m == nil {
		return
	}
	word := strings.ToLower(string(m[1]))
	kind, ok := calloutKind(word)
	if !ok {
		st.warn(line.Start, "there is no callout %.40q: it stays a quote; write NOTE, TIP, IMPORTANT, WARNING or CAUTION", m[1])
		return
	}
	title := newNode(kindCalloutTitle)
	takeTitle(p, title, line.Start+len(m[0]), line.Stop)
	if !title.HasChildren() {
		title.AppendChild(title, ast.NewString([]byte(st.words.callout(word))))
	}
	c := newNode(kindCallout)
	copyAttributes(c, q)
	c.SetAttributeString("kind", kind)
	if len(m[2]) > 0 {
		c.SetAttributeString("fold", string(m[2]))
		title.SetAttributeString("fold", "")
	}
	c.AppendChild(c, title)
	if !p.HasChildren() {
		q.RemoveChild(q, p)
	}
	moveChildren(c, q)
	q.Parent().ReplaceChild(q.Parent(), q, c)
}

func copyAttributes(to, from ast.Node) {
	for _, a := range from.Attributes() {
		to.SetAttribute(a.Name, a.Value)
	}
}

func moveChildren(to, from ast.Node) {
	for n := from.FirstChild(); n != nil; n = from.FirstChild() {
		to.AppendChild(to, n)
	}
}

// calloutMark is GitHub's mark, with the fold sign of Obsidian: "-" is closed at first, "+" is open and can be closed. What
// Obsidian has behind "|" styles it there.
var calloutMark = regexp.MustCompile(`^\[!([A-Za-z]+)(?:\|[^\]]*)?\]([+-]?)[ \t]*`)

// takeTitle moves the inline nodes of p's first line into title, without the mark, which ends at offset mark.
func takeTitle(p *ast.Paragraph, title ast.Node, mark, end int) {
	for n := p.FirstChild(); n != nil; {
		next := n.NextSibling()
		t, isText := n.(*ast.Text)
		switch {
		case n.Pos() >= end:
			return
		case isText && t.Segment.Stop <= mark:
			p.RemoveChild(p, n)
		case isText && t.Segment.Start < mark:
			t.Segment = t.Segment.WithStart(mark)
			title.AppendChild(title, n)
		default:
			title.AppendChild(title, n)
		}
		if isText && (t.SoftLineBreak() || t.HardLineBreak()) {
			t.SetSoftLineBreak(false)
			t.SetHardLineBreak(false)
			return
		}
		n = next
	}
}

func (authorRenderer) callout(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	fold, folds := attribute(n, "fold")
	element := "div"
	if folds {
		element = "details"
	}
	if !entering {
		write(w, "</", element, ">\n")
		return ast.WalkContinue, nil
	}
	kind, _ := attribute(n, "kind")
	class, _ := attribute(n, "class")
	write(w, "<", element, ` class="`, strings.TrimSpace("callout callout-"+kind+" "+string(util.EscapeHTML([]byte(class)))), `"`)
	rhtml.RenderAttributes(w, n, calloutAttributes)
	switch fold {
	case "":
		write(w, " role=\"note\"")
	case "+":
		write(w, " open")
	}
	write(w, ">\n")
	return ast.WalkContinue, nil
}

// calloutAttributes are what a callout writes of its attributes besides its class.
var calloutAttributes = util.NewBytesFilterString("id,lang,dir,title")

func (authorRenderer) calloutTitle(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	element, class := "p", ` class="callout-title"`
	if _, folds := attribute(n, "fold"); folds {
		element = "summary"
	}
	if own, ok := attribute(n, "element"); ok { // of a block that is no callout
		element, class = own, ""
	}
	if entering {
		write(w, "<", element, class, ">")
	} else {
		write(w, "</", element, ">\n")
	}
	return ast.WalkContinue, nil
}
