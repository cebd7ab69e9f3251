package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// formulaCode sets formulas that stand in code spans, as in `$x$`. Blogs write so whose pages have a script for them, to keep
// them from their Markdown. That it is meant so shows in a $$ that stands alone.
type formulaCode struct{}

// Transform implements parser.ASTTransformer.
func (formulaCode) Transform(doc *ast.Document, reader text.Reader, pc parser.Context) {
	st, ok := mathOf(pc)
	if !ok || !strings.Contains(string(reader.Source()), "`$") || !st.judge().inCode {
		return
	}
	var spans []*ast.CodeSpan
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if span, ok := n.(*ast.CodeSpan); ok && entering {
			spans = append(spans, span)
		}
		return ast.WalkContinue, nil
	})
	for _, span := range spans {
		st.shapeSpan(span)
	}
}

func (st *state) shapeSpan(span *ast.CodeSpan) {
	written := spanText(span, st.source)
	for _, f := range fences()[:3] {
		if len(written) < 2*len(f.open)+1 || !strings.HasPrefix(written, f.open) || !strings.HasSuffix(written, f.close) {
			continue
		}
		tex := written[len(f.open) : len(written)-len(f.close)]
		if strings.HasPrefix(tex, "$") || !st.isFormula(tex, formulaFence{open: "$"}) {
			return
		}
		n := st.span(tex, f, span.Pos())
		span.Parent().ReplaceChild(span.Parent(), span, n)
		return
	}
}

func spanText(span *ast.CodeSpan, source []byte) string {
	var b strings.Builder
	for c := span.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(source))
		}
	}
	return b.String()
}
