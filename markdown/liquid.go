package markdown

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// liquid is one text while its Liquid is run. What a tag cannot do costs that tag and nothing else; loops and includes are
// bounded.
type liquid struct {
	st       *state
	r        *rewrite
	scope    map[string]any
	counters map[string]int // of increment, decrement and cycle
	rounds   int            // of all loops
	depth    int            // of includes
	line     int            // where to report what happens in an included file, as an offset in the text; -1 in the text itself
	at       int            // where the part stands that is being run
	spent    int            // bytes that were made so far, in values too
	leaving  string         // "break" or "continue" until its loop sees it
}

// expandLiquid runs Liquid as Jekyll does: in a text for Jekyll everywhere, in others outside of code, and only what is
// certainly meant. It is nil if the text has none.
func (st *state) expandLiquid(source []byte) *rewrite {
	if !bytes.Contains(source, []byte("{%")) && !bytes.Contains(source, []byte("{{")) {
		return nil
	}
	var skip [][2]int
	var known func(liquidPart) bool
	if st.options.Dialect != DialectJekyll {
		if !liquidHint.Match(source) {
			return nil
		}
		skip, known = scanText(source, DialectJekyll).code, certainLiquid(source)
	}
	parts, ends := scanLiquid(source, skip, known)
	if len(parts) == 0 || len(parts) == 1 && parts[0].kind == 't' {
		return nil
	}
	l := &liquid{st: st, r: newRewrite(source), scope: map[string]any{}, counters: map[string]int{}, line: -1}
	l.run((&liquidParser{parts: parts, ends: ends}).all())
	return l.r
}

var liquidHint = regexp.MustCompile(`\{%-?\s*[a-z]|\{\{-?\s*(?:site|page|["'])\b?`)

var liquidName = regexp.MustCompile(`\{%-?\s*(?:assign|capture|for)\s+([\w-]+)`)

// certainLiquid tells of a part whether it is Liquid, in a text that may be no Liquid at all: an output must name the site,
// the page or what a tag of the text named before.
func certainLiquid(source []byte) func(liquidPart) bool {
	names := map[string]bool{"site": true, "page": true, "forloop": true}
	for _, m := range liquidName.FindAllSubmatch(source, -1) {
		names[string(m[1])] = true
	}
	return func(p liquidPart) bool {
		if p.kind == '%' {
			return certainTag(p.name)
		}
		if p.args == "" || strings.HasPrefix(p.args, "site.Param") {
			return false
		}
		if p.args[0] == '"' || p.args[0] == '\'' {
			return strings.Contains(p.args, "|")
		}
		root := liquidTokens(p.args)[0]
		return names[root] && (root != "site" && root != "page" || strings.HasPrefix(p.args, root+"."))
	}
}

func certainTag(name string) bool {
	switch name {
	case "raw", "endraw", "highlight", "endhighlight", "comment", "endcomment", "link", "post_url", "include", "include_relative",
		"include_cached", "assign", "capture", "endcapture", "if", "elsif", "else", "endif", "unless", "endunless", "for", "endfor",
		"case", "when", "endcase", "break", "continue", "cycle", "increment", "decrement", "seo", "feed_meta":
		return true
	}
	return false
}

// all reads the whole text. An end without a beginning ends nothing.
func (p *liquidParser) all() []liquidNode {
	nodes, _ := p.nodes(func(string) bool { return false })
	return nodes
}

func (l *liquid) warn(n liquidNode, format string, args ...any) {
	l.st.warn(l.place(n.start), format, args...)
}

// place is where the author finds what stands at offset at of the file that is being read.
func (l *liquid) place(at int) int {
	if l.line >= 0 {
		return l.line
	}
	return at
}

func (l *liquid) run(nodes []liquidNode) {
	for _, n := range nodes {
		if l.leaving != "" || l.r.full() || l.broke() {
			return
		}
		l.at = n.start
		switch n.kind {
		case 't':
			l.spent += n.stop - n.start
			l.r.copy(n.start, n.stop)
		case 'o':
			l.output(n)
		default:
			l.tag(n)
		}
	}
}

func (l *liquid) output(n liquidNode) {
	v := l.evaluate(n.args)
	if v == nil && n.args != "" && !quietVariable(n.args) {
		l.warn(n, "{{ %.60s }} has no value here: nothing is shown in its place", n.args)
	}
	text := toString(v)
	l.spent += len(text) + 64
	l.r.make(n.start, text)
}

// liquidBudget is how many bytes the Liquid of one text may make, in all values together.
const liquidBudget = 32 << 20

func (l *liquid) broke() bool {
	if l.spent > liquidBudget {
		l.st.warn(l.place(l.at), "the Liquid of this text makes more than %d MB: the rest is left out", liquidBudget>>20)
		return true
	}
	return false
}

func quietVariable(name string) bool {
	return strings.HasPrefix(name, "site.baseurl") || strings.HasPrefix(name, "site.url") || strings.HasPrefix(name, "include.")
}

// variable finds a value by its path.
func (l *liquid) variable(path []string) any {
	if v, ok := l.scope[path[0]]; ok {
		for _, name := range path[1:] {
			v = member(v, name)
		}
		return v
	}
	switch path[0] {
	case "site", "page", "post", "layout":
		if path[0] == "post" {
			path = append([]string{"page"}, path[1:]...)
		}
		return l.setting(path)
	case "jekyll":
		if len(path) > 1 && path[1] == "environment" {
			return "production"
		}
	}
	return nil
}

// setting asks the front matter and the site. What it does not know as a whole may be a part of a list.
func (l *liquid) setting(path []string) any {
	name := strings.ToLower(strings.Join(path, "."))
	switch value, ok := l.st.around.Param(name); {
	case ok && (value == "true" || value == "false"):
		return value == "true"
	case ok:
		return setting(value)
	case name == "site.baseurl", name == "site.url":
		return ""
	case len(path) > 2:
		last := len(path) - 1
		if list, ok := l.setting(path[:last]).(setting); ok {
			return member(list, path[last])
		}
	}
	return nil
}

// pluginMark stands in shortcodes that Liquid makes of tags: nothing that an author typed is taken for one of them.
const pluginMark = "\uE000"

func shortcodeTag(name, args string) string {
	return strings.TrimRight("{{<"+pluginMark+" "+name+" "+args, " ") + " >}}"
}

func (l *liquid) tag(n liquidNode) {
	if n.open {
		l.warn(n, "{%% %s %%} is not closed: write {%% end%s %%} where it ends", n.name, n.name)
	}
	if run := liquidTagNamed(n.name); run != nil {
		run(l, n)
		return
	}
	l.plugin(n)
}

// liquidTagNamed finds what a tag of Liquid or Jekyll does.
func liquidTagNamed(name string) func(*liquid, liquidNode) {
	switch name {
	case "raw":
		return func(l *liquid, n liquidNode) {
			l.st.shown = true
			l.r.copy(n.from, n.to)
		}
	case "comment", "doc", "seo", "feed_meta", "#", "break", "continue", "increment", "decrement", "liquid":
		return (*liquid).smallTag
	case "highlight", "codeblock":
		return (*liquid).highlight
	case "link", "post_url":
		return (*liquid).linkTag
	case "include", "include_relative", "include_cached", "include_absolute", "render":
		return (*liquid).include
	case "assign", "set": // set is Tera's
		return (*liquid).assign
	case "capture":
		return (*liquid).capture
	case "if", "unless", "ifchanged":
		return (*liquid).branch
	case "case":
		return (*liquid).choose
	case "for", "tablerow":
		return (*liquid).loop
	case "cycle":
		return (*liquid).cycle
	case "echo":
		return (*liquid).output
	}
	return nil
}

func (l *liquid) smallTag(n liquidNode) {
	switch n.name {
	case "break", "continue":
		l.leaving = n.name
	case "increment":
		l.r.make(n.start, toString(l.counters[n.args]))
		l.counters[n.args]++
	case "decrement":
		l.counters[n.args]--
		l.r.make(n.start, toString(l.counters[n.args]))
	}
}

// highlight hands the code on as it is.
func (l *liquid) highlight(n liquidNode) {
	language, options, _ := strings.Cut(n.args, " ")
	var args strings.Builder
	args.WriteString(quoteArgument(language))
	for word := range strings.FieldsSeq(options) {
		if word == "linenos" {
			args.WriteString(" linenos=true")
		}
	}
	for _, m := range optionPair.FindAllStringSubmatch(options, -1) {
		if m[1] == "mark_lines" {
			m[1] = "hl_lines"
		}
		args.WriteString(" " + m[1] + "=" + quoteArgument(strings.Trim(m[2], `"'`)))
	}
	if n.from == n.to {
		l.warn(n, "{%% %s %%} is not closed: write {%% end%s %%} where it ends", n.name, n.name)
		return
	}
	l.r.make(n.start, shortcodeTag("highlight", args.String()))
	l.r.copy(n.from, n.to)
	l.r.make(n.to, shortcodeTag("/highlight", ""))
}

func quoteArgument(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}

// linkTag is the address of a page by its file. Jekyll's posts lie in _posts, wherever that is.
func (l *liquid) linkTag(n liquidNode) {
	name := l.interpolate(n.args)
	name, fragment, _ := strings.Cut(strings.Trim(name, `"' `), "#")
	for _, candidate := range []string{name, path.Base(name), "_posts/" + name} {
		if address, _, ok := l.st.around.Link(candidate); ok {
			if fragment != "" {
				address += "#" + fragment
			}
			l.r.make(n.start, address)
			return
		}
	}
	l.warn(n, "{%% %s %%}: there is no file %.80q", n.name, name)
	l.r.make(n.start, inAddress(name))
}

// interpolate resolves {{ }} within the arguments of a tag.
func (l *liquid) interpolate(s string) string {
	for strings.Contains(s, "{{") {
		before, rest, _ := strings.Cut(s, "{{")
		inner, behind, ok := strings.Cut(rest, "}}")
		if !ok {
			break
		}
		s = before + toString(l.evaluate(inner)) + behind
	}
	return s
}

// plugin draws what a tag of a plugin means if it is also a shortcode. Else the text in it stays.
func (l *liquid) plugin(n liquidNode) {
	_, known := shortcodeNamed(strings.ToLower(n.name))
	switch {
	case strings.HasPrefix(n.name, "end"), n.name == "else", n.name == "elsif", n.name == "when":
		l.warn(n, "{%% %s %%} closes nothing here: it is left out", n.name)
	case known && isVerbatim(n.name) && n.from < n.to:
		l.r.make(n.start, shortcodeTag(n.name, n.args))
		l.r.copy(n.from, n.to)
		l.r.make(n.to, shortcodeTag("/"+n.name, ""))
	case known:
		l.r.make(n.start, shortcodeTag(n.name, l.interpolate(pluginArguments(n.name, n.args))))
		if n.body != nil {
			l.run(n.body)
			l.r.make(n.stop-1, shortcodeTag("/"+n.name, ""))
		}
	case n.body != nil:
		l.warn(n, "there is no Liquid tag %.60s here: the text in it is shown as it is", n.name)
		l.run(n.body)
	default:
		l.warn(n, "there is no Liquid tag %.60s here: nothing is shown in its place; write it as Markdown or HTML", n.name)
	}
}

// pluginArguments are those of a tag in the order in which shortcodes have them: the picture of Octopress comes after its
// classes, and its size behind it.
func pluginArguments(name, args string) string {
	if name != "img" && name != "image" || strings.Contains(args, "=") {
		return args
	}
	words := strings.Fields(args)
	for i, w := range words {
		if strings.ContainsAny(w, "./") {
			rest := words[i+1:]
			for len(rest) > 0 && strings.Trim(rest[0], "0123456789px%") == "" {
				rest = rest[1:]
			}
			return quoteArgument(w) + " " + quoteArgument(strings.Trim(strings.Join(rest, " "), `"'`))
		}
	}
	return args
}
