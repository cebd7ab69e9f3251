package markdown

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"vang/blog"
)

// filter applies one filter. One that is not known leaves the value as it is.
func (l *liquid) filter(name string, in any, args []any) any {
	if l.broke() {
		return nil
	}
	for _, find := range []func(string, any, []any) (any, bool){stringFilter, wordFilter, numberFilter, listFilter, itemFilter, webFilter, siteFilter} {
		if out, ok := find(name, in, args); ok {
			return l.paid(out)
		}
	}
	l.st.warn(l.place(l.at), "there is no Liquid filter %.40q: the value stays as it was", name)
	return in
}

// paid counts what a filter made, and cuts what became too long.
func (l *liquid) paid(v any) any {
	switch v := v.(type) {
	case string:
		v = v[:min(len(v), valueLimit)]
		l.spent += len(v)
		return v
	case []any:
		l.spent += 64 * len(v)
	}
	l.spent += 64
	return v
}

func arg(args []any, i int, otherwise string) string {
	if i < len(args) {
		return toString(args[i])
	}
	return otherwise
}

func stringFilter(name string, in any, args []any) (any, bool) {
	s := toString(in)
	switch name {
	case "append":
		return s + arg(args, 0, ""), true
	case "prepend":
		return arg(args, 0, "") + s, true
	case "upcase", "upper":
		return strings.ToUpper(s), true
	case "downcase", "lower":
		return strings.ToLower(s), true
	case "capitalize":
		r := []rune(strings.ToLower(s))
		if len(r) > 0 {
			r[0] = unicode.ToUpper(r[0])
		}
		return string(r), true
	case "strip", "trim":
		return strings.TrimSpace(s), true
	case "normalize_whitespace":
		return strings.Join(strings.Fields(s), " "), true
	case "lstrip":
		return strings.TrimLeftFunc(s, unicode.IsSpace), true
	case "rstrip":
		return strings.TrimRightFunc(s, unicode.IsSpace), true
	case "strip_newlines":
		return strings.NewReplacer("\r", "", "\n", "").Replace(s), true
	case "newline_to_br":
		return strings.ReplaceAll(s, "\n", "<br>\n"), true
	case "replace":
		return replaceBounded(s, arg(args, 0, ""), arg(args, 1, ""), -1), true
	case "replace_first":
		return strings.Replace(s, arg(args, 0, ""), arg(args, 1, ""), 1), true
	case "remove":
		return strings.ReplaceAll(s, arg(args, 0, "\x00"), ""), true
	case "remove_first":
		return strings.Replace(s, arg(args, 0, "\x00"), "", 1), true
	}
	return nil, false
}

// replaceBounded lets no text grow without a bound.
func replaceBounded(s, old, with string, n int) string {
	if grown := strings.Count(s, old) * (len(with) - len(old)); grown > valueLimit {
		return s
	}
	return strings.Replace(s, old, with, n)
}

func wordFilter(name string, in any, args []any) (any, bool) {
	s := toString(in)
	switch name {
	case "truncate":
		return truncate([]rune(s), toInt(firstOr(args, 0, 50)), arg(args, 1, "...")), true
	case "truncatewords":
		words := strings.Fields(s)
		if n := max(1, toInt(firstOr(args, 0, 15))); len(words) > n {
			return strings.Join(words[:n], " ") + arg(args, 1, "..."), true
		}
		return s, true
	case "number_of_words":
		words, signs := Count([]byte(s))
		return words + signs, true
	case "strip_html":
		return tagInHTML.ReplaceAllString(s, ""), true
	case "slice":
		if _, isList := in.([]any); isList {
			return nil, false
		}
		r := []rune(s)
		from := toInt(firstOr(args, 0, 0))
		if from < 0 {
			from += len(r)
		}
		from = min(max(from, 0), len(r))
		return string(r[from:min(len(r), from+max(0, toInt(firstOr(args, 1, 1))))]), true
	case "split":
		return splitList(s, arg(args, 0, " ")), true
	case "slugify", "slug":
		return headingID(s), true
	case "titleize", "title":
		words := strings.Fields(s)
		for i, w := range words {
			r := []rune(w)
			words[i] = string(unicode.ToUpper(r[0])) + string(r[1:])
		}
		return strings.Join(words, " "), true
	}
	return nil, false
}

func truncate(r []rune, n int, end string) string {
	if len(r) <= n {
		return string(r)
	}
	return string(r[:max(0, n-len([]rune(end)))]) + end
}

func firstOr(args []any, i int, otherwise any) any {
	if i < len(args) {
		return args[i]
	}
	return otherwise
}

func splitList(s, sep string) []any {
	parts := strings.Split(s, sep)
	if sep == " " {
		parts = strings.Fields(s)
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	items := make([]any, 0, len(parts))
	for _, p := range parts[:min(len(parts), liquidItems)] {
		items = append(items, p)
	}
	return items
}

func webFilter(name string, in any, args []any) (any, bool) {
	s := toString(in)
	switch name {
	case "escape", "xml_escape":
		return html.EscapeString(s), true
	case "escape_once":
		return html.EscapeString(html.UnescapeString(s)), true
	case "url_encode", "cgi_escape":
		return url.QueryEscape(s), true
	case "uri_escape":
		return (&url.URL{Path: s}).EscapedPath(), true
	case "url_decode":
		if out, err := url.QueryUnescape(s); err == nil {
			return out, true
		}
		return s, true
	case "jsonify", "json", "inspect":
		out, err := json.Marshal(in)
		if err != nil {
			return "null", true
		}
		return string(out), true
	case "markdownify", "smartify", "to_string", "liquify", "safe", "markdown", "sassify", "scssify":
		return in, true // the text becomes Markdown in any case
	case "default", "default_if_blank":
		if isEmpty(in) {
			return firstOr(args, 0, nil), true
		}
		return in, true
	case "to_integer":
		return toInt(in), true
	case "date", "date_to_string", "date_to_long_string", "date_to_xmlschema", "date_to_rfc822":
		return dateFilter(name, s, args), true
	}
	return nil, false
}

// siteFilter is about addresses of this site, which lies at the root of its host.
func siteFilter(name string, in any, _ []any) (any, bool) {
	s := toString(in)
	switch name {
	case "relative_url", "absolute_url", "url", "asset_path", "asset_url":
		if s == "" || strings.Contains(s, "://") || s[0] == '#' || s[0] == '/' {
			return s, true
		}
		return "/" + s, true
	case "strip_index":
		return strings.TrimSuffix(strings.TrimSuffix(s, "index.html"), "index.htm"), true
	}
	return nil, false
}

func listFilter(name string, in any, args []any) (any, bool) {
	switch name {
	case "size", "length":
		if list, ok := in.([]any); ok {
			return len(list), true
		}
		return len([]rune(toString(in))), true
	case "join":
		return joinList(toList(in), arg(args, 0, " ")), true
	case "array_to_sentence_string":
		return sentence(toList(in), arg(args, 0, "and")), true
	case "first", "last":
		return member(toList(in), name), true
	case "reverse":
		list := slices.Clone(toList(in))
		slices.Reverse(list)
		return list, true
	case "uniq":
		return uniq(toList(in)), true
	case "compact":
		return slices.DeleteFunc(slices.Clone(toList(in)), func(v any) bool { return v == nil }), true
	case "concat":
		return bounded(slices.Concat(toList(in), toList(firstOr(args, 0, nil)))), true
	case "push":
		return bounded(append(slices.Clone(toList(in)), item(args))), true
	case "unshift":
		return bounded(append([]any{item(args)}, toList(in)...)), true
	case "pop", "shift", "slice":
		return cutList(name, toList(in), args), true
	}
	return nil, false
}

// item is what is put into a list: no other list, which could hold itself many times over.
func item(args []any) any {
	v := firstOr(args, 0, nil)
	if _, nested := v.([]any); nested {
		return toString(v)
	}
	return v
}

func bounded(list []any) []any { return list[:min(len(list), liquidItems)] }

func cutList(name string, list []any, args []any) []any {
	n := min(max(0, toInt(firstOr(args, 0, 1))), len(list))
	switch name {
	case "pop":
		return list[:len(list)-n]
	case "shift":
		return list[n:]
	}
	from := toInt(firstOr(args, 0, 0))
	if from < 0 {
		from += len(list)
	}
	from = min(max(from, 0), len(list))
	return list[from:min(len(list), from+max(0, toInt(firstOr(args, 1, 1))))]
}

func joinList(list []any, with string) string {
	var b strings.Builder
	for i, v := range list {
		if i > 0 {
			b.WriteString(with)
		}
		if b.WriteString(toString(v)); b.Len() > valueLimit {
			break
		}
	}
	return b.String()
}

func sentence(list []any, and string) string {
	if len(list) < 2 {
		return joinList(list, "")
	}
	last := len(list) - 1
	return joinList(list[:last], ", ") + map[bool]string{true: ", ", false: " "}[last > 1] + and + " " + toString(list[last])
}

func uniq(list []any) []any {
	var out []any
	seen := map[string]bool{}
	for _, v := range list {
		if key := toString(v); !seen[key] {
			seen[key] = true
			out = append(out, v)
		}
	}
	return out
}

func itemFilter(name string, in any, args []any) (any, bool) {
	key := arg(args, 0, "")
	of := func(v any) any {
		for part := range strings.SplitSeq(key, ".") {
			if part != "" {
				v = member(v, part)
			}
		}
		return v
	}
	list := slices.Clone(toList(in))
	switch name {
	case "sort":
		slices.SortStableFunc(list, func(a, b any) int { return order(of(a), of(b)) })
	case "sort_natural":
		slices.SortStableFunc(list, func(a, b any) int {
			return strings.Compare(blog.Fold(toString(of(a))), blog.Fold(toString(of(b))))
		})
	case "map":
		for i, v := range list {
			list[i] = of(v)
		}
	case "where", "reject":
		list = slices.DeleteFunc(list, func(v any) bool {
			hit := isTrue(of(v))
			if len(args) > 1 {
				hit = equal(of(v), args[1])
			}
			return hit == (name == "reject")
		})
	case "find":
		for _, v := range list {
			if equal(of(v), firstOr(args, 1, nil)) {
				return v, true
			}
		}
		return nil, true
	case "sum":
		total := 0.0
		for _, v := range list {
			f, _ := toFloat(of(v))
			total += f
		}
		return number(total, true), true
	default:
		return nil, false
	}
	return list, true
}
