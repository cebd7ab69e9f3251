package markdown

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	stdhtml "html"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"vang/blog"
)

// AuthorOptions set up an Author. The zero value is good.
type AuthorOptions struct {
	Words      map[blog.Lang]Words // over the built-in English and Vietnamese ones
	Reserved   []string            // ids that pages use themselves, besides the built-in ones: no heading gets them
	CacheBytes int                 // most bytes of rendered text kept in memory; 24 MiB if 0
	Cache      string              // folder that keeps the colours of code; "" if there is none

	// Math turns a formula in TeX into MathML, on a line of its own if display; nil leaves formulas as they were typed. An
	// error is for the author. It may be called concurrently.
	Math func(tex string, display bool) (mathML string, err error)
	// Diagram draws a fenced block in a drawing language as SVG; ok is false for a language that it does not know.
	Diagram func(language, source string) (svg string, ok bool, err error)
}

// DocOptions tell of one document.
type DocOptions struct {
	Lang  blog.Lang
	Title string // the page shows it already: a first heading of level 1 that says the same is left out
	Line  int    // number of the source's first line within its file, for warnings; 1 if 0

	Path         string       // of the file in its content folder, such as "posts/trip/index.md"
	Dialect      Dialect      // whose constructs the text may have
	Surroundings Surroundings // what the text can refer to; nil if it stands alone
}

// Dialect is the tool for which a text was written.
type Dialect int

// All dialects share what Markdown is. Constructs of a dialect are understood in the others too, as far as they cannot be
// meant otherwise.
const (
	DialectVang   Dialect = iota
	DialectHugo           // shortcodes
	DialectJekyll         // Liquid
	DialectZola           // Tera shortcodes
)

// Surroundings is what a document can refer to. A rendering is kept as long as all that it asked for gets the same answers,
// so these must be quick and depend on nothing but the content. Paths are those of files in the content folder.
type Surroundings interface {
	// Link finds what a document at path from means by a link to a file, a name in [[ ]], a ref or a post_url: its address,
	// escaped, with the fragment of target, and its title.
	Link(from, target string) (url, title string, ok bool)
	// Picture finds the picture that src means in the document at path from. ok is false for what is no file of this site; a
	// file that should be one and is not there is Missing.
	Picture(from, src string) (p blog.Picture, ok bool)
	// Include reads a file that a document includes: Jekyll's _includes, Hugo's include and readfile.
	Include(from, name string) (text []byte, ok bool)
	// Param is a value of the document's front matter or, where that has none, of the site's settings. Names are in small
	// letters; dots go into maps.
	Param(from, name string) (value string, ok bool)
}

// Warning tells an author of something that the page does not show as they may have meant it.
type Warning struct {
	Line    int // in the file
	Message string
}

// Author renders what the owners of a blog write. Rendered documents are kept, as many as fit into a number of bytes;
// any number of readers who wait for the same document have it rendered once.
type Author struct {
	markdown goldmark.Markdown
	plain    parser.Parser // for titles and leads: one paragraph, no block structure
	words    map[blog.Lang]Words
	reserved []string
	cache    *cache
	math     func(tex string, display bool) (string, error)
	diagram  func(language, source string) (string, bool, error)
}

const defaultCacheBytes = 24 << 20

// NewAuthor prepares the renderer.
func NewAuthor(o AuthorOptions) *Author {
	words := defaultWords()
	for lang, w := range o.Words {
		words[lang] = w.or(words[blog.English])
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = defaultCacheBytes
	}
	return &Author{
		markdown: authorMarkdown(o.Cache),
		plain:    plainParser(),
		words:    words,
		reserved: append(pageIDs(), o.Reserved...),
		cache:    newCache(o.CacheBytes),
		math:     o.Math,
		diagram:  o.Diagram,
	}
}

// shapeKey is where a parse keeps what shaper is told and finds. There is one for the program, since goldmark hands keys
// out by a counter that must not be used concurrently.
var shapeKey = parser.NewContextKey()

func authorMarkdown(cache string) goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParserOptions(
			parser.WithHeadingAttribute(),
			parser.WithASTTransformers(util.Prioritized(shaper{}, 2000)), // after those of the extensions
			parser.WithBlockParsers(util.Prioritized(containerParser{}, 650), util.Prioritized(attributesParser{}, 660)),
			parser.WithInlineParsers(
				util.Prioritized(wikilinkParser{}, 90), util.Prioritized(noteParser{}, 95),
				util.Prioritized(inlineAttributesParser{}, 150), util.Prioritized(emphasisParser{}, 490), util.Prioritized(markParser{}, 500),
				util.Prioritized(emojiParser{}, 990),
			),
		),
		goldmark.WithExtensions(
			extension.Strikethrough, extension.Linkify, extension.TaskList,
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)),
			extension.NewFootnote(extension.WithFootnoteBacklinkHTML([]byte("↩\uFE0E"))),
			extension.DefinitionList, extension.Typographer,
			mathExtension{},
		),
		goldmark.WithRendererOptions(
			html.WithUnsafe(), // what is unsafe is decided in the tree: links by shaper, raw HTML by clean
			renderer.WithNodeRenderers(util.Prioritized(authorRenderer{colours: newColours(cache)}, 1)),
		),
	)
}

// Render renders source, the text of a document without its front matter. Equal texts are rendered once.
func (a *Author) Render(ctx context.Context, source []byte, o DocOptions) (blog.Document, []Warning, error) {
	sum := sha256.Sum256(source)
	return a.RenderKeyed(ctx, hex.EncodeToString(sum[:16]), func() ([]byte, error) { return source, nil }, o)
}

// RenderKeyed is Render for a text that key stands for; load is called only if its rendering is not at hand.
func (a *Author) RenderKeyed(ctx context.Context, key string, load func() ([]byte, error), o DocOptions) (blog.Document, []Warning, error) {
	full := strings.Join([]string{key, o.Lang, fmt.Sprint(o.Line, int(o.Dialect)), o.Path, o.Title}, "\x00")
	valid := func(r rendered) bool { return r.asked.holds(o.Surroundings) }
	r, err := a.cache.get(ctx, full, valid, func() (rendered, error) {
		source, err := load()
		if err != nil {
			return rendered{}, err
		}
		return a.render(source, o)
	})
	return r.doc, r.warnings, err
}

// rendered is a document and what its author should know of it. It is shared: nobody changes it.
type rendered struct {
	doc      blog.Document
	warnings []Warning
	asked    *asked // what it depends on besides its source
}

// authorNesting is far beyond what anyone writes by hand; without a limit a hostile file could exhaust the stack.
const authorNesting = 100

func (a *Author) render(source []byte, o DocOptions) (r rendered, err error) {
	defer recovered(&err)
	st := a.newState(source, o)
	source = flatten(st.expand(source), authorNesting)
	st.source = source
	pc := parser.NewContext()
	pc.Set(shapeKey, st)
	doc := a.markdown.Parser().Parse(text.NewReader(source), parser.WithContext(pc))
	var b bytes.Buffer
	b.Grow(len(source) * 3 / 2)
	if err := a.markdown.Renderer().Render(&b, source, doc); err != nil {
		return rendered{}, fmt.Errorf("render markdown: %w", err)
	}
	out := b.String()
	if st.raw {
		if out, err = clean(out, a.reserved); err != nil {
			st.warn(0, "HTML is nested too deeply here: the text is shown as it was typed")
			out, st.headings = "<pre tabindex=\"0\">"+stdhtml.EscapeString(string(source))+"</pre>\n", nil
		}
	}
	words, ideographs := Count(source)
	slices.SortStableFunc(st.warnings, func(x, y Warning) int { return x.Line - y.Line })
	return rendered{
		doc:      blog.Document{HTML: out, Headings: st.headings, Words: words + ideographs, Pictures: st.pictures, Formulas: st.math.shown},
		warnings: st.warnings,
		asked:    st.around,
	}, nil
}

func (a *Author) newState(source []byte, o DocOptions) *state {
	return &state{
		author: a, source: source, options: o, around: newAsked(o.Surroundings, o.Path), words: a.wordsFor(o.Lang),
		ids: newIDs(a.reserved), first: max(o.Line, 1), warned: map[string]bool{},
	}
}

// wordsFor finds the words of lang, of its language without region, or English ones.
func (a *Author) wordsFor(lang blog.Lang) Words {
	if w, ok := a.words[lang]; ok {
		return w
	}
	base, _, _ := strings.Cut(lang, "-")
	if w, ok := a.words[base]; ok {
		return w
	}
	return a.words[blog.English]
}
