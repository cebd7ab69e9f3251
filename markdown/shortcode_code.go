package markdown

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// highlight writes code. Hugo gives the options in one string, others as arguments.
func (x *expansion) highlight(u *use) {
	if !u.closed {
		if text := u.args.get("code", "source", "text"); text != "" {
			x.r.make(u.start, codeSpan(text))
			return
		}
		if name := u.args.get("file", "src", "path"); name != "" {
			x.includeCode(u, name, u.args.get("lang", "language", "syntax"))
		}
		return
	}
	options := parseArguments(u.args.get("options"))
	language := u.args.at(0, "lang", "language", "type", "syntax", "hl")
	if forced, ok := strings.CutPrefix(strings.ReplaceAll(u.name, "-", "_"), "code_"); ok && forced != "block" {
		language = forced // its arguments are the theme's own
	} else if len(u.args.list) > 1 {
		options = parseOptions(u.args.list[1])
	}
	if options.yes("hl_inline") || u.args.yes("hl_inline", "inline") {
		u.block = false
		x.r.make(u.start, codeSpan(x.rawText(u)))
		return
	}
	x.code(u, language+fenceOptions(options, u.args), x.rawText(u))
}

var optionPair = regexp.MustCompile(`([A-Za-z_]+)\s*=\s*("[^"]*"|'[^']*'|\[[^\]]*\]|[^,"'=]*)(?:[,\s]+|$)`)

// parseOptions reads Hugo's "linenos=inline,hl_lines=3 6-8,style=x".
func parseOptions(s string) arguments {
	var a arguments
	for _, m := range optionPair.FindAllStringSubmatch(s, -1) {
		a.add(m[1], strings.Trim(strings.TrimSpace(m[2]), `"'`))
	}
	return a
}

var lineRange = regexp.MustCompile(`\d+(?:\s*-\s*\d+)?`)

// fenceOptions is what stands behind the language of a fence: numbers, marked lines, a title.
func fenceOptions(options, args arguments) string {
	get := func(names ...string) string {
		if v := options.get(names...); v != "" {
			return v
		}
		return args.get(names...)
	}
	var parts []string
	if v := strings.ToLower(get("linenos", "line_numbers", "linenumbers")); v != "" && v != "false" && v != "0" {
		parts = append(parts, "linenos=true")
	}
	if v := regexp.MustCompile(`^\d+$`).FindString(get("linenostart", "start")); v != "" {
		parts = append(parts, "linenostart="+v)
	}
	if lines := lineRange.FindAllString(get("hl_lines", "mark", "mark_lines", "highlight"), -1); len(lines) > 0 {
		parts = append(parts, `hl_lines=["`+strings.Join(lines, `","`)+`"]`)
	}
	if v := get("title", "file", "filename", "caption", "name"); v != "" {
		parts = append(parts, `title="`+strings.ReplaceAll(v, `"`, "'")+`"`)
	}
	if len(parts) == 0 {
		return ""
	}
	return " {" + strings.Join(parts, " ") + "}"
}

// codeToggle shows the settings in the one form in which the author wrote them.
func (x *expansion) codeToggle(u *use) {
	if !u.closed {
		x.warn(u.start, "%s shows settings that are not in this text: nothing is shown in its place; write them as code", u.written())
		return
	}
	code := x.rawText(u)
	language := "yaml"
	switch first, _, _ := strings.Cut(strings.TrimSpace(code), "\n"); {
	case strings.HasPrefix(first, "{"):
		language = "json"
	case strings.HasPrefix(first, "[") || tomlLine.MatchString(first) || strings.HasPrefix(first, "+++"):
		language = "toml"
	}
	name := u.args.get("file", "title", "filename")
	if name != "" && path.Ext(name) == "" {
		name += "." + language
	}
	info := language
	if name != "" {
		info += ` {title="` + strings.ReplaceAll(name, `"`, "'") + `"}`
	}
	x.code(u, info, code)
}

var tomlLine = regexp.MustCompile(`^[\w."'-]+\s*=`)

func (x *expansion) diagram(u *use) {
	language := u.name
	switch language {
	case "chart", "echarts":
		language = "json"
	case "flowchart", "sequence":
		language = "mermaid"
	case "graphviz":
		language = "dot"
	}
	if u.closed {
		x.code(u, language, x.rawText(u))
	}
}

func (x *expansion) terminal(u *use) {
	code := x.rawText(u)
	if !u.closed {
		code = strings.Join(u.args.list, " ")
	}
	x.code(u, "console"+fenceOptions(arguments{}, u.args), code)
}

// formula writes what our own Markdown has for mathematics. In some themes the shortcode without a text only loads a script.
func (x *expansion) formula(u *use) {
	tex := strings.TrimSpace(x.rawText(u))
	if !u.closed {
		tex = u.args.at(0, "tex", "formula", "text")
	}
	display := u.args.yes("display") || strings.EqualFold(u.args.at(0), "display") || strings.EqualFold(u.args.at(0), "block")
	for _, pair := range [][2]string{{"$$", "$$"}, {`\[`, `\]`}, {`\(`, `\)`}, {"$", "$"}} {
		if inner, ok := strings.CutPrefix(tex, pair[0]); ok && strings.HasSuffix(inner, pair[1]) {
			tex, display = strings.TrimSpace(strings.TrimSuffix(inner, pair[1])), display || len(pair[0]) > 1 && pair[0] != `\(`
			break
		}
	}
	switch {
	case tex == "":
	case (display || strings.Contains(tex, "\n")) && u.block:
		x.open(u)
		u.opened = false
		x.lines(u, u.start, "$$\n"+withoutEmptyLines(tex)+"\n$$")
	default:
		x.r.make(u.start, `\(`+strings.Join(strings.Fields(tex), " ")+`\)`)
	}
}

func withoutEmptyLines(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (x *expansion) rawHTML(u *use) {
	if !u.block {
		x.r.make(u.start, strings.TrimSpace(oneBlock(x.rawText(u))))
		return
	}
	if markup := oneBlock(x.rawText(u)); markup != "" {
		x.open(u)
		x.lines(u, u.start, markup)
	}
}

var verbatim = regexp.MustCompile(`(?is)<(pre|textarea|script|style)\b.*?</(?:pre|textarea|script|style)\s*>`)

// oneBlock is markup that Markdown leaves alone: neither empty lines nor indentation, which it takes for the end of HTML and
// the beginning of code.
func oneBlock(markup string) string {
	var b strings.Builder
	at := 0
	for _, loc := range verbatim.FindAllStringIndex(markup, -1) {
		b.WriteString(flushLeft(markup[at:loc[0]]))
		b.WriteString(strings.ReplaceAll(markup[loc[0]:loc[1]], "\n", "&#10;"))
		at = loc[1]
	}
	b.WriteString(flushLeft(markup[at:]))
	return strings.TrimSpace(b.String())
}

func flushLeft(markup string) string {
	var b strings.Builder
	for line := range strings.Lines(markup) {
		body := strings.TrimLeft(line, " \t")
		switch {
		case body == "\n" || body == "\r\n":
		case strings.TrimSpace(body) == "":
			b.WriteByte(' ')
		default:
			b.WriteString(body)
		}
	}
	return b.String()
}

// includeDepth is how deep files may include each other.
const includeDepth = 8

// include puts the text of another file in place of u, with its own shortcodes replaced.
func (x *expansion) include(u *use) {
	name := u.args.at(0, "file", "path", "src", "page", "name", "content")
	if language := u.args.at(-1, "lang", "language"); language != "" || u.args.yes("code") {
		x.includeCode(u, name, language)
		return
	}
	text, ok := x.read(u, name)
	if !ok {
		return
	}
	if x.depth >= includeDepth {
		x.warn(u.start, "%.60s is not included: files include each other more than %d deep", name, includeDepth)
		return
	}
	inner := x.expandIncluded(u, withoutFrontMatter(text))
	made := strings.Trim(inner, "\r\n")
	if !u.block {
		x.r.make(u.start, strings.TrimSpace(made))
		return
	}
	x.open(u)
	x.lines(u, u.start, made)
}

// expandIncluded replaces the shortcodes of another file. Its lines are not the author's: what is to say of them is said of
// the line that includes it.
func (x *expansion) expandIncluded(u *use, text []byte) string {
	marks := scanText(text, x.st.options.Dialect).marks
	if len(marks) == 0 {
		return string(text)
	}
	in := &expansion{st: x.st, r: newRewrite(text), marks: marks, depth: x.depth + 1, from: x.from, spent: x.spent, turns: x.turns, tabs: x.tabs + 100}
	if x.depth == 0 {
		in.from = u.start
	}
	in.pair()
	in.emit(nil, 0, len(marks), 0, len(text))
	return in.r.out.String()
}

func (x *expansion) includeCode(u *use, name, language string) {
	if text, ok := x.read(u, name); ok {
		if language == "" {
			language = strings.TrimPrefix(path.Ext(name), ".")
		}
		x.code(u, language, strings.TrimRight(string(text), "\n"))
	}
}

func (x *expansion) read(u *use, name string) ([]byte, bool) {
	text, ok := x.st.around.Include(name)
	if !ok {
		x.warn(u.start, "there is no file %.80q to include: nothing is shown in its place", name)
	}
	if *x.spent += len(text) + 1<<10; *x.spent > expansionLimit {
		x.warn(u.start, "what is included makes more than %d MB: the rest is left out", expansionLimit>>20)
		return nil, false
	}
	return text, ok
}

// withoutFrontMatter is what an included file shows.
func withoutFrontMatter(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	for _, fence := range []string{"---", "+++"} {
		if rest, ok := bytes.CutPrefix(text, []byte(fence)); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \r"), []byte("\n")) {
			if n := bytes.Index(rest, []byte("\n"+fence)); n >= 0 {
				return rest[lineEnd(rest, n+1):]
			}
		}
	}
	return text
}

// template is a Go template that the author wrote into the text.
func (x *expansion) template(u *use) {
	x.warn(u.start, "%s is a template inside the text, which is not run: write what it should show", u.written())
}
