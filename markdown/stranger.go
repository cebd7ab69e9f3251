package markdown

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// strangerRel is on every link of a comment: it vouches for nothing and hands over no window.
const strangerRel = "nofollow ugc noopener"

// Stranger renders what anybody may send: paragraphs, emphasis, code, lists, quotes and links. Headings become bold
// paragraphs, pictures their alt text, and raw HTML is shown as it was typed.
type Stranger struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

// NewStranger prepares the renderer.
func NewStranger() *Stranger {
	inline := []util.PrioritizedValue{
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	}
	var blocks []util.PrioritizedValue
	for _, p := range parser.DefaultBlockParsers() {
		if p.Priority != htmlBlockPriority {
			blocks = append(blocks, p)
		}
	}
	p := parser.NewParser(
		parser.WithBlockParsers(blocks...),
		parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithASTTransformers(util.Prioritized(plainLinks{}, 1000)),
	)
	md := goldmark.New(
		goldmark.WithParser(p),
		goldmark.WithExtensions(extension.Strikethrough, extension.Linkify),
		goldmark.WithRendererOptions(html.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(strangerRenderer{}, 1))),
	)
	return &Stranger{markdown: md, policy: strangerPolicy()}
}

// htmlBlockPriority is where goldmark puts its parser of raw HTML blocks.
const htmlBlockPriority = 900

func strangerPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + strangerRel + "$")).OnElements("a")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	return p
}

// HTML renders body, which may be anything, to HTML that is safe to write as it is.
func (s *Stranger) HTML(body string) string {
	var b bytes.Buffer
	err := s.convert(flatten([]byte(body), strangerNesting), &b)
	out := s.policy.Sanitize(b.String())
	if err != nil || strings.TrimSpace(out) == "" {
		// Nothing is lost of a comment that is all link definitions.
		return s.policy.Sanitize("<p>" + string(util.EscapeHTML([]byte(body))) + "</p>\n")
	}
	// Long lines of code scroll inside themselves; without this, not by the keyboard.
	return strings.ReplaceAll(out, "<pre>", `<pre tabindex="0">`)
}

// strangerNesting is how deep quotes and lists may stand in each other: the length of the output grows with its product
// with the text, 270 kB for 10,000 ">" without a limit.
const strangerNesting = 24

func (s *Stranger) convert(source []byte, b *bytes.Buffer) (err error) {
	defer recovered(&err)
	doc := s.markdown.Parser().Parse(text.NewReader(source))
	if depth(doc) > strangerDepth {
		return errTooDeep
	}
	return s.markdown.Renderer().Render(b, source, doc)
}

// strangerDepth is how deep emphasis, links and quotes may stand in each other: browsers give up at 512.
const strangerDepth = 100

var errTooDeep = errors.New("nested too deeply")

func depth(n ast.Node) int {
	deepest, now := 0, 0
	_ = ast.Walk(n, func(_ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			now++
			deepest = max(deepest, now)
		} else {
			now--
		}
		return ast.WalkContinue, nil
	})
	return deepest
}

// strangerRenderer draws what differs from goldmark's own way.
type strangerRenderer struct{}

func (r strangerRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, r.heading)
	reg.Register(ast.KindImage, r.image)
	reg.Register(ast.KindFencedCodeBlock, r.code)
}

func (strangerRenderer) heading(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<p><strong>")
	} else {
		_, _ = w.WriteString("</strong></p>\n")
	}
	return ast.WalkContinue, nil
}

func (strangerRenderer) image(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkContinue, nil // its children are the alt text
}

func (strangerRenderer) code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<pre><code>")
		_, _ = w.Write(util.EscapeHTML(n.Lines().Value(source)))
		_, _ = w.WriteString("</code></pre>\n")
	}
	return ast.WalkSkipChildren, nil
}
