package markdown

import (
	"fmt"
	"html"
	"net/url"
	"strings"
)

// reference is the address of the page that ref or relref names.
func (x *expansion) reference(u *use) string {
	name := u.args.at(0, "path")
	address, _, ok := x.st.around.Link(name)
	if !ok {
		x.warn(u.start, "%s: there is no page %.80q", u.name, name)
		return inAddress(name)
	}
	return address
}

// inAddress makes s fit for the address of a Markdown link.
func inAddress(s string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "").Replace(s)
}

func (x *expansion) parameter(u *use) string {
	name := strings.TrimPrefix(strings.TrimPrefix(u.args.at(0, "name"), "."), "Params.")
	value, ok := x.st.around.Param(strings.ToLower(name))
	if !ok {
		x.warn(u.start, "param: neither this text nor the site's settings have %.60q", name)
	}
	return value
}

func (x *expansion) address(u *use) string {
	name := u.args.at(0, "path", "url", "src", "file")
	if strings.Contains(name, "://") || strings.HasPrefix(name, "/") || name == "" {
		return inAddress(name)
	}
	return "/" + inAddress(name)
}

// element writes one of HTML's own elements around a few words.
func (x *expansion) element(u *use) {
	tag := u.name
	switch tag {
	case "key", "keys":
		tag = "kbd"
	case "underline":
		tag = "u"
	case "small_caps", "small-caps", "bold":
		tag = "b"
	case "strike":
		tag = "s"
	}
	title := ""
	if tag == "abbr" {
		if t := u.args.at(1, "title", "text"); t != "" {
			title = ` title="` + attrValue(t) + `"`
		}
	}
	x.within(u, "<"+tag+title+">", strings.TrimSpace(u.args.at(0, "text", "key", "word")), "</"+tag+">")
}

// within writes u's text, or else the words given, between two pieces of markup in a line.
func (x *expansion) within(u *use, before, words, behind string) {
	x.r.make(u.start, before)
	if u.closed {
		from, to := x.trimmed(u)
		x.emit(u, u.first, u.last, from, to)
	} else {
		x.r.make(u.start, literal(words))
	}
	x.r.make(u.stop-1, behind)
}

// badge says since when something is there, or something else in a word. With a text it is a callout.
func (x *expansion) badge(u *use) {
	p := x.phrases()
	format, kind, version := "%s", "note", u.args.at(0, "text", "label", "content", "version", "value")
	switch strings.ReplaceAll(u.name, "-", "_") {
	case "new_in", "new":
		format = p.newIn
	case "deprecated_in", "deprecated":
		format, kind = p.deprecatedIn, "warning"
	case "removed_in":
		format, kind = p.removedIn, "warning"
	case "since", "version":
		format = p.since
	case "feature_state":
		version = strings.TrimSpace(u.args.get("for_k8s_version", "version") + " " + u.args.get("state", "feature_gate_name"))
	}
	words := fmt.Sprintf(format, version)
	if u.closed && (u.block || format != "%s") && version != "" {
		x.box(u, kind, words)
		return
	}
	x.within(u, `<span class="badge">`, words, "</span>")
}

func (x *expansion) emoji(u *use) {
	if name := strings.Trim(u.args.at(0, "name"), ": "); name != "" {
		x.r.make(u.start, ":"+name+":")
	}
}

// term is a word with an explanation elsewhere: the word stays, and leads there if there is such a page. A definition is
// the text of its file.
func (x *expansion) term(u *use) {
	if u.closed {
		x.inner(u)
		return
	}
	name := u.args.at(0, "text", "term", "title", "term_id")
	id := u.args.at(0, "term_id", "term", "id", "text")
	if strings.HasPrefix(u.name, "gloss") && *x.spent < expansionLimit && !strings.HasSuffix(u.name, "tooltip") {
		for _, folder := range []string{"/glossary/", "/quick-reference/glossary/", "/reference/glossary/"} {
			if text, ok := x.st.around.Include(folder + strings.ReplaceAll(strings.ToLower(id), " ", "-") + ".md"); ok && x.depth < includeDepth {
				*x.spent += len(text) + 1<<10
				x.r.make(u.start, strings.TrimSpace(x.expandIncluded(u, withoutFrontMatter(text))))
				return
			}
		}
	}
	if address, _, ok := x.st.around.Link("glossary/" + id); ok {
		x.r.make(u.start, `<a href="`+attrValue(address)+`">`+literal(name)+"</a>")
		return
	}
	x.r.make(u.start, literal(name))
}

func (x *expansion) ruby(u *use) {
	word, reading := u.args.at(0, "rb", "base", "kanji", "text"), u.args.at(1, "rt", "reading", "kana")
	x.r.make(u.start, "<ruby>"+literal(word)+"<rp>(</rp><rt>"+literal(reading)+"</rt><rp>)</rp></ruby>")
}

func (x *expansion) sidenote(u *use) {
	x.within(u, "<small>(", u.args.at(0, "text", "content", "note"), ")</small>")
}

func (x *expansion) mail(u *use) {
	address := u.args.at(0, "address", "email", "mail", "user")
	if domain := u.args.at(1, "domain", "host"); domain != "" && !strings.Contains(address, "@") {
		address += "@" + domain
	}
	shown := u.args.get("display", "text", "title")
	if shown == "" {
		shown = address
	}
	x.within(u, `<a href="mailto:`+attrValue(address)+`">`, shown, "</a>")
}

func (x *expansion) button(u *use) {
	target := u.args.at(0, "href", "url", "link", "relref", "ref", "path", "target")
	if target == "_blank" {
		target = u.args.at(0, "href", "url", "link", "relref")
	}
	x.linkTo(u, ` class="button"`, target, u.args.at(1, "text", "label", "title", "name", "content"))
}

func (x *expansion) link(u *use) {
	x.linkTo(u, "", u.args.at(0, "href", "url", "link", "path", "to", "src"), u.args.at(1, "text", "label", "title", "name"))
}

func (x *expansion) linkTo(u *use, class, target, words string) {
	address, title := x.target(target)
	if words == "" {
		words = title
	}
	if address == "" {
		x.within(u, "", words, "")
		return
	}
	x.within(u, "<a"+class+` href="`+attrValue(address)+`">`, words, "</a>")
}

// place of a file of the author: addresses with spaces are no addresses.
func fileAddress(src string) string {
	if strings.ContainsAny(src, " \t") {
		return (&url.URL{Path: src}).EscapedPath()
	}
	return html.UnescapeString(src)
}
