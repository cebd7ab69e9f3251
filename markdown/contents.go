package markdown

import (
	"html"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// contentsMark is what tools replace by a table of contents, on a line of its own.
var contentsMark = regexp.MustCompile(`(?i)^\s*(?:\[toc\]|\[\[_?toc_?\]\]|\$\{toc\})\s*$`)

func isContents(p *ast.Paragraph, source []byte) bool {
	return p.Lines().Len() == 1 && contentsMark.Match(p.Lines().Value(source))
}

// shapeContents replaces p by links to the text's headings. A text without any shows nothing.
func (st *state) shapeContents(p *ast.Paragraph) {
	n := newNode(kindHTML)
	if len(st.headings) > 0 {
		n.SetAttributeString("html", st.contents())
	}
	p.Parent().ReplaceChild(p.Parent(), p, n)
}

func (st *state) contents() string {
	var b strings.Builder
	b.WriteString(`<nav class="toc contents" aria-label="` + html.EscapeString(st.words.Contents) + "\">\n<ol>\n")
	for _, h := range st.headings {
		b.WriteString(`<li class="l` + strconv.Itoa(h.Level) + `"><a href="#` + html.EscapeString(h.ID) + `">` + html.EscapeString(h.Text) + "</a></li>\n")
	}
	b.WriteString("</ol>\n</nav>\n")
	return b.String()
}
