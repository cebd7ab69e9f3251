package markdown

import (
	"bytes"
	"errors"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"vang/blog"
)

// own draws a shortcode with the template that the site has for it: Hugo's in Go, Zola's in Tera, of which our Liquid reads
// what small templates use. It is false if there is none, or none that runs here.
func (x *expansion) own(u *use) bool {
	for _, file := range []string{"layouts/_shortcodes/" + u.name + ".html", "layouts/shortcodes/" + u.name + ".html"} {
		if text, ok := x.st.around.Include("/" + file); ok {
			made, err := x.runTemplate(u, string(text))
			if err != nil {
				x.warn(u.start, "the shortcode %.60s cannot be drawn, since its template uses what only Hugo has: %.200v", u.name, err)
				return false
			}
			x.ownMarkup(u, made)
			return true
		}
	}
	for _, file := range []string{"templates/shortcodes/" + u.name + ".html", "templates/shortcodes/" + u.name + ".md"} {
		if text, ok := x.st.around.Include("/" + file); ok {
			x.ownMarkup(u, x.runTera(u, text))
			return true
		}
	}
	return false
}

// ownMarkup writes what a template made: Markdown where the author asked for that, else HTML.
func (x *expansion) ownMarkup(u *use, made string) {
	if u.style == '%' {
		made = strings.Trim(made, "\r\n")
	} else {
		made = oneBlock(made)
	}
	x.html(u, made, strings.Join(strings.Fields(made), " "))
}

// innerText is what stands in u with its own shortcodes drawn.
func (x *expansion) innerText(u *use) string {
	if !u.closed {
		return ""
	}
	was := x.r
	x.r = &rewrite{source: was.source, breaks: was.breaks, lines: []int{0}, limit: was.limit}
	x.emit(u, u.first, u.last, u.from, u.to)
	text := x.r.out.String()
	x.r = was
	return text
}

func (x *expansion) runTera(u *use, text []byte) string {
	l := &liquid{st: x.st, scope: map[string]any{}, counters: map[string]int{}, line: u.start}
	for i, v := range u.args.list {
		l.scope["arg"+strconv.Itoa(i)] = v
	}
	for name, v := range u.args.named {
		l.scope[name] = teraValue(v)
	}
	l.scope["body"] = x.innerText(u)
	return l.included(liquidNode{}, teraComment.ReplaceAll(text, nil), nil)
}

var teraComment = regexp.MustCompile(`(?s)\{#.*?#\}`)

func teraValue(s string) any {
	switch s {
	case "true", "false":
		return s == "true"
	}
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return s
}

var errTooMuch = errors.New("it writes more than a text may hold")

// bounds is a writer that takes no more than a value may have.
type bounds struct{ bytes.Buffer }

func (b *bounds) Write(p []byte) (int, error) {
	if b.Len()+len(p) > valueLimit {
		return 0, errTooMuch
	}
	return b.Buffer.Write(p)
}

func (x *expansion) runTemplate(u *use, text string) (string, error) {
	if *x.turns += turnsToRead; *x.turns > mostTurns {
		return "", errEndless
	}
	t, err := template.New(u.name).Funcs(x.templateFunctions()).Funcs(template.FuncMap{roundFunction: x.round}).Parse(text)
	if err != nil {
		return "", err
	}
	if err := bound(t); err != nil {
		return "", err
	}
	var out bounds
	err = t.Execute(&out, x.templateData(u, text))
	return out.String(), err
}

// templateData is what a template of Hugo calls a shortcode. Its methods are Hugo's.
type templateData struct {
	x *expansion
	u *use

	Name          string
	Params        any
	IsNamedParams bool
	Ordinal       int
	Page, Site    templatePlace
}

// templatePlace is the page or the site of a shortcode, as far as a text knows it.
type templatePlace struct {
	x    *expansion
	kind string

	Params map[string]any
}

var templateParam = regexp.MustCompile(`\b(Page|Site)\.Params\.(\w+)`)

func (x *expansion) templateData(u *use, text string) *templateData {
	d := &templateData{x: x, u: u, Name: u.name, IsNamedParams: len(u.args.named) > 0, Ordinal: u.start}
	d.Page = templatePlace{x: x, kind: "page.", Params: map[string]any{}}
	d.Site = templatePlace{x: x, kind: "site.", Params: map[string]any{}}
	for _, m := range templateParam.FindAllStringSubmatch(text, -1) {
		place := map[string]templatePlace{"Page": d.Page, "Site": d.Site}[m[1]]
		if v := place.Param(m[2]); v != nil {
			place.Params[m[2]] = v
		}
	}
	if d.IsNamedParams {
		d.Params = u.args.named
	} else {
		d.Params = u.args.list
	}
	return d
}

// Get is an argument by place or name, "" if it was not given.
func (d *templateData) Get(key any) string {
	switch key := key.(type) {
	case int:
		return d.u.args.at(key)
	case string:
		return d.u.args.get(strings.ToLower(key))
	}
	return ""
}

// Inner is the text in the shortcode.
func (d *templateData) Inner() template.HTML { return template.HTML(d.x.innerText(d.u)) }

// InnerDeindent is Inner without the indentation of all its lines.
func (d *templateData) InnerDeindent() template.HTML {
	return template.HTML(dedent(d.x.innerText(d.u)))
}

// Parent is the shortcode around this one, nil if there is none.
func (d *templateData) Parent() *templateData {
	if d.u.parent == nil {
		return nil
	}
	return d.x.templateData(d.u.parent, "")
}

// Param is a value of the page or the site, nil if it has none.
func (p templatePlace) Param(name string) any {
	if v, ok := p.x.st.around.Param(p.kind + strings.ToLower(name)); ok {
		return v
	}
	return nil
}

func (p templatePlace) word(name string) string {
	v, _ := p.x.st.around.Param(p.kind + name)
	return v
}

// Title is the page's, or the site's.
func (p templatePlace) Title() string { return p.word("title") }

// RelPermalink is the page's address.
func (p templatePlace) RelPermalink() string { return p.word("url") }

// Permalink is the page's address.
func (p templatePlace) Permalink() string { return p.word("url") }

// BaseURL is the site's address: it is at the root of its host.
func (p templatePlace) BaseURL() string { return "/" }

// Lang is the language of the text.
func (p templatePlace) Lang() blog.Lang { return p.x.st.options.Lang }

// Language lets templates say .Page.Language.Lang.
func (p templatePlace) Language() templatePlace { return p }

// Site lets templates say .Page.Site.
func (p templatePlace) Site() templatePlace {
	return templatePlace{x: p.x, kind: "site.", Params: p.Params}
}
