package markdown

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// fence is what an author says behind ```.
type fence struct {
	language string
	title    string
}

var (
	fenceLanguage = regexp.MustCompile(`^[\s{.]*([\pL\pN_+#-][\pL\pN_+#.-]*)`)
	fenceTitle    = regexp.MustCompile(`(?:^|[\s{,])(?:title|filename|file|caption)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s,}"']+))`)
	notALanguage  = regexp.MustCompile(`^[\s{.]*[\w-]+\s*=`)
)

// parseFence reads "go", "go title=main.go", `go {title="main.go"}`, "{.go}", "{r, echo=FALSE}" and "rust,ignore".
func parseFence(info string) fence {
	var f fence
	if m := fenceLanguage.FindStringSubmatch(info); m != nil && !notALanguage.MatchString(info) {
		f.language = strings.ToLower(strings.TrimRight(m[1], "."))
	}
	if m := fenceTitle.FindStringSubmatch(info); m != nil {
		f.title = m[1] + m[2] + m[3]
	}
	return f
}

func fenceOf(n *ast.FencedCodeBlock, source []byte) fence {
	if n.Info == nil {
		return fence{}
	}
	return parseFence(unescape(n.Info.Value(source)))
}

// shapeFence replaces a block that is no code but a formula or a drawing.
func (st *state) shapeFence(n *ast.FencedCodeBlock) {
	if f := fenceOf(n, st.source); !st.shapeMath(n, f) {
		st.shapeDiagram(n, f)
	}
}

func (r authorRenderer) fenced(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	r.writeCode(w, fenceOf(n.(*ast.FencedCodeBlock), source), string(n.Lines().Value(source)))
	return ast.WalkSkipChildren, nil
}

func (r authorRenderer) indented(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		r.writeCode(w, fence{}, string(n.Lines().Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

func (r authorRenderer) writeCode(w util.BufWriter, f fence, code string) {
	element := "div"
	if f.title != "" {
		element = "figure"
	}
	write(w, "<", element, ` class="code"`)
	if f.language != "" {
		write(w, ` data-language="`, html.EscapeString(f.language), `"`)
	}
	write(w, ">\n")
	if f.title != "" {
		write(w, "<figcaption>", html.EscapeString(f.title), "</figcaption>\n")
	}
	write(w, `<pre class="chroma" tabindex="0"><code`)
	if f.language != "" {
		write(w, ` class="language-`, html.EscapeString(f.language), `"`)
	}
	write(w, ">")
	if runs := r.colours.of(f.language, code); runs != nil {
		paint(w, code, runs)
	} else {
		write(w, html.EscapeString(code))
	}
	write(w, "</code></pre>\n</", element, ">\n")
}
