package markdown

import (
	"path"
	"regexp"
	"strings"
)

func (l *liquid) assign(n liquidNode) {
	name, expression, ok := strings.Cut(n.args, "=")
	if !ok {
		l.warn(n, "{%% assign %.60s %%} has no = in it: nothing is assigned", n.args)
		return
	}
	l.scope[strings.TrimSpace(name)] = l.evaluate(expression)
}

func (l *liquid) capture(n liquidNode) {
	l.scope[strings.Trim(n.args, `"' `)] = l.captured(n.body)
}

// captured is what nodes write.
func (l *liquid) captured(nodes []liquidNode) string {
	was := l.r
	l.r = &rewrite{source: was.source, breaks: was.breaks, lines: []int{0}, limit: was.limit}
	l.run(nodes)
	text := l.r.out.String()
	l.r = was
	return text[:min(len(text), valueLimit)]
}

func (l *liquid) branch(n liquidNode) {
	if n.name == "ifchanged" || l.holds(n.args) == (n.name == "if") {
		l.run(n.body)
		return
	}
	for _, arm := range n.arms {
		if arm.name == "else" || l.holds(arm.args) {
			l.run(arm.body)
			return
		}
	}
}

func (l *liquid) choose(n liquidNode) {
	value := l.evaluate(n.args)
	done := false
	for _, arm := range n.arms {
		if arm.name == "else" && !done || arm.name == "when" && l.isOneOf(value, arm.args) {
			done = true
			l.run(arm.body)
		}
	}
}

func (l *liquid) isOneOf(value any, expressions string) bool {
	r := l.reader(expressions)
	for r.at < len(r.tokens) {
		if equal(value, r.value()) {
			return true
		}
		if !r.take(",") && !r.take("or") {
			return false
		}
	}
	return false
}

func (l *liquid) loop(n liquidNode) {
	r := l.reader(n.args)
	name := r.peek()
	r.at++
	if !r.take("in") {
		l.warn(n, "{%% for %.60s %%}: write {%% for x in list %%}", n.args)
		return
	}
	items := l.window(r, toList(r.value()))
	if len(items) == 0 {
		for _, arm := range n.arms {
			l.run(arm.body)
		}
		return
	}
	outer, outerLoop := l.scope[name], l.scope["forloop"]
	for i, item := range items {
		if l.rounds++; l.rounds > liquidItems {
			l.warn(n, "the loops of this text go round more than %d times: the rest is left out", liquidItems)
			break
		}
		l.scope[name] = item
		l.scope["forloop"] = map[string]any{
			"index": i + 1, "index0": i, "rindex": len(items) - i, "rindex0": len(items) - i - 1, "first": i == 0,
			"last": i == len(items)-1, "length": len(items), "parentloop": outerLoop,
		}
		l.run(n.body)
		left := l.leaving
		if l.leaving = ""; left == "break" {
			break
		}
	}
	l.scope[name], l.scope["forloop"] = outer, outerLoop
}

// window is what offset, limit and reversed leave of the items of a loop.
func (l *liquid) window(r *liquidReader, items []any) []any {
	offset, limit, reversed := 0, len(items), false
	for r.at < len(r.tokens) {
		word := r.peek()
		r.at++
		r.take(":")
		switch word {
		case "offset":
			offset = toInt(r.value())
		case "limit":
			limit = toInt(r.value())
		case "cols":
			r.value()
		case "reversed":
			reversed = true
		}
	}
	offset = min(max(offset, 0), len(items))
	items = items[offset:min(len(items), offset+max(limit, 0))]
	if reversed {
		turned := make([]any, len(items))
		for i, item := range items {
			turned[len(items)-1-i] = item
		}
		return turned
	}
	return items
}

func (l *liquid) cycle(n liquidNode) {
	args := n.args
	if group, rest, ok := strings.Cut(args, ":"); ok && !strings.ContainsAny(group, ",") {
		args = rest
	}
	r := l.reader(args)
	var values []any
	for r.at < len(r.tokens) {
		values = append(values, r.value())
		r.take(",")
	}
	if len(values) > 0 {
		key := "cycle " + n.args
		l.r.make(n.start, toString(values[l.counters[key]%len(values)]))
		l.counters[key]++
	}
}

var includeArgument = regexp.MustCompile(`([\w-]+)\s*[=:]\s*("[^"]*"|'[^']*'|[^\s,]+)`)

// include runs another file in place of the tag. A file that is not there but is called like a shortcode, as figure.html
// of many themes, is drawn as that.
func (l *liquid) include(n liquidNode) {
	name, rest := includeName(l.interpolate(n.args))
	args := map[string]any{}
	var order []string
	for _, m := range includeArgument.FindAllStringSubmatch(rest, -1) {
		args[m[1]] = l.evaluate(m[2])
		order = append(order, m[1])
	}
	file := "_includes/" + name
	if n.name == "include_relative" {
		file = name
	}
	text, ok := l.st.around.Include(file)
	if !ok {
		l.missing(n, name, args, order)
		return
	}
	if l.depth >= includeDepth {
		l.warn(n, "%.60s is not included: files include each other more than %d deep", name, includeDepth)
		return
	}
	made := strings.TrimRight(l.included(n, withoutFrontMatter(text), args), "\n")
	if path.Ext(name) == ".html" {
		made = oneBlock(made)
	}
	l.r.make(n.start, made)
}

func includeName(args string) (name, rest string) {
	args = strings.TrimSpace(args)
	if args != "" && (args[0] == '"' || args[0] == '\'') {
		if n := strings.IndexByte(args[1:], args[0]); n >= 0 {
			return args[1 : n+1], args[n+2:]
		}
	}
	name, rest, _ = strings.Cut(args, " ")
	return strings.TrimSpace(name), rest
}

// included runs text with its own include variables.
func (l *liquid) included(n liquidNode, text []byte, args map[string]any) string {
	outer, line, r := l.scope["include"], l.line, l.r
	l.scope["include"] = args
	if l.line < 0 {
		l.line = n.start
	}
	l.depth++
	l.spent += len(text) + 1<<10
	parts, ends := scanLiquid(text, nil, nil)
	l.r = newRewrite(text)
	l.run((&liquidParser{parts: parts, ends: ends}).all())
	made := l.r.out.String()
	l.depth--
	l.scope["include"], l.line, l.r = outer, line, r
	l.leaving = ""
	return made
}

func (l *liquid) missing(n liquidNode, name string, args map[string]any, order []string) {
	short := strings.ToLower(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	if s, known := shortcodeNamed(short); known && s.draw != nil && short != "include" {
		var given strings.Builder
		for _, k := range order {
			given.WriteString(" " + k + "=" + quoteArgument(toString(args[k])))
		}
		l.r.make(n.start, shortcodeTag(short, given.String()+" /"))
		return
	}
	l.warn(n, "{%% %s %%}: there is no file %.80q: nothing is shown in its place", n.name, name)
}
