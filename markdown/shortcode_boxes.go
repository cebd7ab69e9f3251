package markdown

import (
	"fmt"
	"html"
	"strings"
)

// callout draws the notes of all themes as our own.
func (x *expansion) callout(u *use) {
	kind, title := x.calloutOf(u)
	if title == "" {
		title = x.st.words.callout(kind)
	}
	x.box(u, kind, title)
}

func (x *expansion) box(u *use, kind, title string) {
	if !u.closed {
		if text := u.args.get("text", "content", "message", "msg"); text != "" {
			x.html(u, calloutOpening(kind, title)+"\n<p>"+html.EscapeString(text)+"</p>\n</div>", literal(text))
		}
		return
	}
	x.around(u, calloutOpening(kind, title), "</div>")
}

func calloutOpening(kind, title string) string {
	return `<div class="callout callout-` + kind + "\" role=\"note\">\n<p class=\"callout-title\">" + html.EscapeString(title) + "</p>"
}

func (x *expansion) calloutOf(u *use) (kind, title string) {
	said := strings.ToLower(u.args.at(0, "style", "type", "kind", "color", "level", "context", "variant", "class"))
	if own, ok := boxKind(u.name); ok {
		if kind, ok := boxKind(said); ok { // {{< hint info >}}
			return kind, x.plain(u.args.at(1, "title", "header", "heading", "summary"))
		}
		return own, x.plain(u.args.at(0, "title", "header", "heading", "summary"))
	}
	title = x.plain(u.args.at(1, "title", "header", "heading", "summary"))
	kind, known := boxKind(said)
	if !known {
		kind = "note"
		if title == "" && strings.Contains(said, " ") {
			title = x.plain(u.args.at(0))
		}
	}
	return kind, title
}

// boxKind finds the callout that a word of a theme means, colours included.
func boxKind(word string) (string, bool) {
	switch word {
	case "quote", "summary", "help", "done", "check", "todo", "example", "fail":
		return "", false // words that shortcodes use for other things
	case "primary", "secondary", "light", "dark", "blue", "neutral", "notice_info", "remark":
		return "note", true
	case "green", "ok", "idea", "tldr", "protip", "lightbulb":
		return "tip", true
	case "yellow", "orange", "warn", "exclamation_triangle":
		return "warning", true
	case "red", "critical", "alert_danger", "fire":
		return "caution", true
	}
	return calloutKind(word)
}

// plain is a title without its markup.
func (x *expansion) plain(title string) string {
	if title == "" {
		return ""
	}
	return x.st.author.inlineText(title)
}

func (x *expansion) details(u *use) {
	summary := x.plain(u.args.at(0, "summary", "title", "label", "name", "header", "text"))
	if summary == "" {
		summary = x.phrases().details
	}
	open := ""
	if u.args.yes("open", "expanded") || strings.EqualFold(u.args.at(1), "open") {
		open = " open"
	}
	x.around(u, "<details"+open+">\n<summary>"+html.EscapeString(summary)+"</summary>", "</details>")
}

// tabGroup and tab show tabs as parts of which one is open, which needs no script.
func (x *expansion) tabGroup(u *use) {
	x.tabs++
	u.group = x.tabs
	x.around(u, `<div class="tabs">`, "</div>")
}

func (x *expansion) tab(u *use) {
	name, attributes := u.args.at(0, "name", "title", "header", "label", "tabname", "tabtitle", "text"), ""
	language := u.args.get("lang", "language", "codelang")
	if p := u.parent; p != nil && p.group > 0 {
		attributes = fmt.Sprintf(` name="tabs-%d"`, p.group)
		if p.children == 1 {
			attributes += " open"
		}
		items := strings.Split(p.args.at(-1, "items", "names"), ",")
		if name == "" && p.children <= len(items) {
			name = strings.TrimSpace(items[p.children-1])
		}
		if language == "" && !p.args.yes("text") {
			language = p.args.get("lang", "langequalsheader")
		}
	}
	if name = x.plain(name); name == "" {
		name = x.phrases().details
	}
	before := `<details class="tab"` + attributes + ">\n<summary>" + html.EscapeString(name) + "</summary>"
	if language == "" || x.inRow(u) {
		x.around(u, before, "</details>")
		return
	}
	x.open(u)
	x.lines(u, u.start, before)
	x.gap(u, u.start)
	x.r.make(u.start, "\n"+u.indent)
	u.block = true
	x.code(u, language, x.rawText(u))
	x.gap(u, u.to)
	x.r.make(u.to, "\n"+u.indent+"</details>")
	u.opened = true
}

func (x *expansion) quote(u *use) {
	x.around(u, "<blockquote>", x.source(u)+"</blockquote>")
}

// source says whose words a quote is.
func (x *expansion) source(u *use) string {
	var said []string
	for _, s := range []string{u.args.at(0, "author", "by", "name", "person", "cite", "attribution"), u.args.at(1, "source", "title", "book", "pre", "post")} {
		if s = x.plain(s); s != "" {
			said = append(said, html.EscapeString(s))
		}
	}
	if len(said) == 0 {
		return ""
	}
	cite := "<cite>" + strings.Join(said, ", ") + "</cite>"
	if link := u.args.get("link", "url", "href", "sourcelink"); link != "" {
		cite = `<a href="` + attrValue(link) + `">` + cite + "</a>"
	}
	return "<footer>— " + cite + "</footer>\n"
}

// card is a link with a title and some words.
func (x *expansion) card(u *use) {
	target := u.args.at(0, "link", "url", "href", "slug", "path")
	address, title := x.target(target)
	if said := u.args.get("title", "header", "name", "text"); said != "" {
		title = said
	}
	head := html.EscapeString(x.plain(title))
	if address != "" {
		head = `<a href="` + attrValue(address) + `">` + head + "</a>"
	}
	if about := x.plain(u.args.get("subtitle", "description", "desc", "summary", "excerpt")); about != "" {
		head += " " + html.EscapeString(about)
	}
	switch {
	case u.closed && head != "":
		x.around(u, "<div>\n<p>"+head+"</p>", "</div>")
	case u.closed:
		x.inner(u)
	case head != "":
		x.html(u, "<p>"+head+"</p>", head)
	}
}

// target is the address that a link of the author means and, where that is a page of this site, its title.
func (x *expansion) target(name string) (address, title string) {
	if name == "" || strings.Contains(name, "://") || strings.HasPrefix(name, "mailto:") || strings.HasPrefix(name, "//") {
		return name, name
	}
	if address, title, ok := x.st.around.Link(name); ok {
		return address, title
	}
	return name, name
}
