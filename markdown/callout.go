package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
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
	kind, ok := calloutKind(strings.ToLower(string(m[1])))
	if !ok {
		st.warn(line.Start, "there is no callout %.40q: it stays a quote; write NOTE, TIP, IMPORTANT, WARNING or CAUTION", m[1])
		return
	}
	title := newNode(kindCalloutTitle)
	takeTitle(p, title, line.Start+len(m[0]), line.Stop)
	if !title.HasChildren() {
		title.AppendChild(title, ast.NewString([]byte(st.words.callout(kind))))
	}
	c := newNode(kindCallout)
	c.SetAttributeString("kind", kind)
	c.AppendChild(c, title)
	if !p.HasChildren() {
		q.RemoveChild(q, p)
	}
	for n := q.FirstChild(); n != nil; n = q.FirstChild() {
		c.AppendChild(c, n)
	}
	q.Parent().ReplaceChild(q.Parent(), q, c)
}

// calloutMark is GitHub's mark, with the fold sign of Obsidian, which is ignored.
var calloutMark = regexp.MustCompile(`^\[!([A-Za-z]+)\][+-]?[ \t]*`)

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
