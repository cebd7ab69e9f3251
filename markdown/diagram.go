package markdown

import (
	"html"

	"github.com/yuin/goldmark/ast"
)

// shapeDiagram replaces a fenced block in a drawing language by its drawing and tells whether it did. One that cannot be
// drawn stays code, and its author is told why.
func (st *state) shapeDiagram(n *ast.FencedCodeBlock, f fence) bool {
	if st.author.diagram == nil || f.language == "" {
		return false
	}
	svg, ok, err := st.author.diagram(f.language, string(n.Lines().Value(st.source)))
	if !ok {
		return false
	}
	if err != nil {
		st.warn(n.Pos(), "the diagram is not drawn: %s", err)
	}
	if svg == "" {
		return false
	}
	markup := `<figure class="diagram" tabindex="0">` + "\n" + svg + "\n"
	if f.title != "" {
		markup += "<figcaption>" + html.EscapeString(f.title) + "</figcaption>\n"
	}
	b := &formulaBlock{markup: markup + "</figure>\n"}
	st.math.shown = true // drawings have their style where formulas have theirs
	n.Parent().ReplaceChild(n.Parent(), n, b)
	return true
}
