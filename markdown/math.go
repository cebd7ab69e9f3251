package markdown

import (
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// mathExtension adds what reads formulas to the parser. What it adds finds its state under shapeKey.
type mathExtension struct{}

// Extend implements goldmark.Extender. Formulas come before backslashes, emphasis and links, whose signs they hold.
func (mathExtension) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(
		parser.WithBlockParsers(util.Prioritized(formulaBlocks{}, 150)),
		parser.WithInlineParsers(util.Prioritized(formulaSpans{}, 50)),
		parser.WithASTTransformers(util.Prioritized(formulaCode{}, 1900)), // before the shaper
	)
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(formulaRenderer{}, 1)))
}

var (
	kindFormula      = ast.NewNodeKind("VangFormula")
	kindFormulaBlock = ast.NewNodeKind("VangFormulaBlock")
)

// formula is mathematics within a line.
type formula struct {
	ast.BaseInline
	tex    string
	markup string
}

// Kind implements ast.Node.
func (*formula) Kind() ast.NodeKind { return kindFormula }

// Dump implements ast.Node.
func (n *formula) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"tex": n.tex}, nil)
}

// formulaBlock is mathematics on lines of its own.
type formulaBlock struct {
	ast.BaseBlock
	fence  formulaFence
	done   bool
	markup string
}

// Kind implements ast.Node.
func (*formulaBlock) Kind() ast.NodeKind { return kindFormulaBlock }

// Dump implements ast.Node.
func (n *formulaBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

type formulaRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (formulaRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindFormula, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			write(w, n.(*formula).markup)
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(kindFormulaBlock, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			write(w, n.(*formulaBlock).markup)
		}
		return ast.WalkSkipChildren, nil
	})
}

// mathOf is the state of a parse, if formulas are set at all.
func mathOf(pc parser.Context) (*state, bool) {
	st, ok := pc.Get(shapeKey).(*state)
	return st, ok && st.author != nil && st.author.math != nil
}

// setFormula turns tex into markup. One that cannot be set is shown as it was typed, and its author is told why.
func (st *state) setFormula(tex string, display bool, offset int) string {
	tex = st.mended(strings.TrimSpace(tex))
	own, tex := definitions(tex)
	st.math.definitions += own
	if tex == "" {
		return ""
	}
	markup, err := st.author.math(st.math.definitions+tex, display)
	if err != nil {
		st.warn(offset, "the formula %.60q cannot be set: %s", tex, err)
		return `<code class="tex">` + html.EscapeString(tex) + `</code>`
	}
	st.math.shown = true
	return markup
}

// displayed sets tex on a line of its own. A formula that is wider than the page scrolls inside itself.
func (st *state) displayed(tex string, offset int, element string) string {
	markup := st.setFormula(tex, true, offset)
	if markup == "" {
		return ""
	}
	return "<" + element + ` class="formula" tabindex="0">` + markup + "</" + element + ">"
}

// shapeMath replaces a fenced block of mathematics by its formula and tells whether it did.
func (st *state) shapeMath(n *ast.FencedCodeBlock, f fence) bool {
	if st.author.math == nil || f.language != "math" && f.language != "katex" {
		return false
	}
	b := &formulaBlock{markup: st.displayed(string(n.Lines().Value(st.source)), n.Pos(), "div") + "\n"}
	n.Parent().ReplaceChild(n.Parent(), n, b)
	return true
}
