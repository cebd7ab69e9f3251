package markdown

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	xhtml "golang.org/x/net/html"
)

// shapeRaw prepares HTML that the author wrote: comments go, what only looks like a tag becomes text, and of what clean will
// take away the author is told here, where the line is known.
func (st *state) shapeRaw(n ast.Node) {
	raw, start := rawSource(n, st.source)
	// A block's text may end within a comment or a script that its next lines close, so it is read as a whole.
	markup := st.readRaw(raw, start, n)
	if n.Type() == ast.TypeBlock {
		b := newNode(kindHTML)
		b.SetAttributeString("html", markup)
		n.Parent().ReplaceChild(n.Parent(), n, b)
		return
	}
	s := ast.NewString([]byte(markup))
	s.SetCode(true) // written as it is
	n.Parent().ReplaceChild(n.Parent(), n, s)
}

func rawSource(n ast.Node, source []byte) ([]byte, int) {
	var segments *text.Segments
	switch n := n.(type) {
	case *ast.RawHTML:
		segments = n.Segments
	case *ast.HTMLBlock:
		segments = n.Lines()
		if n.HasClosure() {
			all := text.NewSegments()
			all.AppendAll(segments.Sliced(0, segments.Len()))
			all.Append(n.ClosureLine)
			segments = all
		}
	}
	if segments == nil || segments.Len() == 0 {
		return nil, n.Pos()
	}
	return segments.Value(source), segments.At(0).Start
}

func (st *state) readRaw(raw []byte, start int, n ast.Node) string {
	var out strings.Builder
	z := xhtml.NewTokenizer(bytes.NewReader(raw))
	at := 0
	for {
		kind := z.Next()
		token := string(z.Raw())
		offset := start + at
		at += len(token)
		switch kind {
		case xhtml.ErrorToken:
			out.WriteString(html.EscapeString(string(raw[min(at-len(token), len(raw)):])))
			return out.String()
		case xhtml.CommentToken, xhtml.DoctypeToken:
		case xhtml.TextToken:
			out.WriteString(token)
			st.raw = st.raw || strings.ContainsAny(token, "<>")
		default:
			out.WriteString(st.readTag(z, token, offset, n))
		}
	}
}

// readTag gives the markup for one tag.
func (st *state) readTag(z *xhtml.Tokenizer, raw string, offset int, n ast.Node) string {
	t := z.Token()
	fate := fateOf(t.Data)
	open := t.Type != xhtml.EndTagToken
	if fate == dropped && open && n.Type() == ast.TypeInline && !st.closes(t.Data, offset) {
		fate = asText // prose about <script>: nothing follows that it could enclose
	}
	switch fate {
	case asText:
		if open {
			st.warn(offset, "<%.40s> is shown as text, not as HTML: put code between backticks", t.Data)
		}
		return html.EscapeString(raw)
	case dropped:
		if open && t.Data != "title" { // a drawing's title stays
			st.warn(offset, "<%.40s> is left out: the page's security rules would block it", t.Data)
		}
	case unwrapped:
		if open {
			st.warn(offset, "<%.40s> is left out, its content stays: pages take no forms of their own", t.Data)
		}
	case keep:
		st.judgeAttributes(t, offset)
		st.raw = true
		return st.refine(t, raw, offset)
	}
	st.raw = true
	return raw
}

func (st *state) judgeAttributes(t xhtml.Token, offset int) {
	n := &xhtml.Node{Type: xhtml.ElementNode, Data: t.Data}
	if t.Data == "svg" || has(keptInSVG, t.Data) {
		n.Namespace = "svg"
	}
	for _, a := range t.Attr {
		if !keepAttribute(n, a) {
			st.warn(offset, "the attribute %.40s of <%.40s> is left out: scripts, styles and data in HTML are blocked", a.Key, t.Data)
		}
	}
}

// closes tells whether an end tag of that name stands anywhere behind offset.
func (st *state) closes(name string, offset int) bool {
	return bytes.Contains(bytes.ToLower(st.source[min(offset, len(st.source)):]), []byte("</"+name))
}
