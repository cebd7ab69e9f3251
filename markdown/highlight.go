package markdown

import (
	"html"
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// highlightable are the names of all languages. chroma itself would try an unknown one against the file names of all
// languages, which takes 8 ms.
func highlightable() map[string]bool {
	known := map[string]bool{}
	for _, name := range lexers.Names(true) {
		known[strings.ToLower(name)] = true
	}
	return known
}

// maxHighlight is the most bytes of one block that are coloured: it takes about a millisecond for each three kilobytes.
const maxHighlight = 100_000

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

func (r authorRenderer) fenced(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var f fence
	if info := n.(*ast.FencedCodeBlock).Info; info != nil {
		f = parseFence(unescape(info.Value(source)))
	}
	r.writeCode(w, f, string(n.Lines().Value(source)))
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
	language := f.language
	if !r.languages[language] {
		language = ""
	}
	writeHighlighted(w, language, code)
	write(w, "</code></pre>\n</", element, ">\n")
}

// writeHighlighted writes code with chroma's short class names, or without colours where its language is unknown.
func writeHighlighted(w util.BufWriter, language, code string) {
	tokens := tokenise(language, code)
	if tokens == nil {
		write(w, html.EscapeString(code))
		return
	}
	for _, t := range tokens {
		class := tokenClass(t.Type)
		if class == "" || strings.TrimSpace(t.Value) == "" {
			write(w, html.EscapeString(t.Value))
			continue
		}
		write(w, `<span class="`, class, `">`, html.EscapeString(t.Value), "</span>")
	}
}

// tokenise is nil where code has no colours. A lexer's mistake must not cost the reader the code itself.
func tokenise(language, code string) (tokens []chroma.Token) {
	defer func() {
		if recover() != nil {
			tokens = nil
		}
	}()
	if language == "" || len(code) > maxHighlight {
		return nil
	}
	lexer := lexers.Get(language)
	if lexer == nil {
		return nil
	}
	it, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return nil
	}
	size := 0
	for _, t := range it.Tokens() {
		tokens = append(tokens, t)
		size += len(t.Value)
	}
	if size < len(code) {
		return nil
	}
	return tokens
}

func tokenClass(t chroma.TokenType) string {
	for t != 0 {
		if class, ok := chroma.StandardTypes[t]; ok {
			return class
		}
		t = t.Parent()
	}
	return ""
}
