package markdown

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
)

// templateFunctions are those of Hugo's that templates of shortcodes use for words and addresses. One that is missing here
// is an error when the template is read, which names it.
func (x *expansion) templateFunctions() template.FuncMap {
	m := template.FuncMap{
		"markdownify": x.markdownify, "ref": x.templateRef, "relref": x.templateRef,
		"safeHTML": func(v any) template.HTML { return template.HTML(fmt.Sprint(v)) },
		"safeURL":  func(v any) template.URL { return template.URL(fmt.Sprint(v)) },
		"safeHTMLAttr": func(v any) template.HTMLAttr {
			return template.HTMLAttr(fmt.Sprint(v))
		},
		"safeCSS": func(v any) template.CSS { return template.CSS(fmt.Sprint(v)) },
		"absURL":  rooted, "relURL": rooted, "absLangURL": rooted, "relLangURL": rooted,
		"default": func(otherwise, v any) any {
			if v == nil || fmt.Sprint(v) == "" || v == false {
				return otherwise
			}
			return v
		},
		"cond": func(yes bool, a, b any) any {
			if yes {
				return a
			}
			return b
		},
		"dict": templateDict, "slice": func(v ...any) []any { return v },
		"isset": func(m map[string]string, key string) bool { _, ok := m[strings.ToLower(key)]; return ok },
		"seq":   func(n any) []any { return rangeOf(1, toInt(fmt.Sprint(n))) },
		"int":   func(v any) int { return toInt(fmt.Sprint(v)) }, "string": func(v any) string { return fmt.Sprint(v) },
		"warnf": func(string, ...any) string { return "" }, "errorf": func(string, ...any) string { return "" },
	}
	templateStrings(m)
	templateNumbers(m)
	return m
}

func templateStrings(m template.FuncMap) {
	s := func(v any) string { return fmt.Sprint(v) }
	m["lower"] = func(v any) string { return strings.ToLower(s(v)) }
	m["upper"] = func(v any) string { return strings.ToUpper(s(v)) }
	m["title"] = func(v any) string { out, _ := wordFilter("titleize", s(v), nil); return s(out) }
	m["humanize"] = func(v any) string { return strings.NewReplacer("-", " ", "_", " ").Replace(s(v)) }
	m["trim"] = func(v any, cut string) string { return strings.Trim(s(v), cut) }
	m["chomp"] = func(v any) string { return strings.TrimRight(s(v), "\r\n") }
	m["replace"] = func(v any, old, with string) string { return replaceBounded(s(v), old, with, -1) }
	m["split"] = func(v any, sep string) []string { return strings.Split(s(v), sep) }
	m["hasPrefix"] = func(v any, p string) bool { return strings.HasPrefix(s(v), p) }
	m["hasSuffix"] = func(v any, p string) bool { return strings.HasSuffix(s(v), p) }
	m["in"] = func(v any, part any) bool { return strings.Contains(s(v), s(part)) }
	m["plainify"] = func(v any) string { return html.UnescapeString(tagInHTML.ReplaceAllString(s(v), "")) }
	m["htmlEscape"] = func(v any) string { return html.EscapeString(s(v)) }
	m["htmlUnescape"] = func(v any) string { return html.UnescapeString(s(v)) }
	m["urlize"] = func(v any) string { return headingID(s(v)) }
	m["anchorize"] = m["urlize"]
	m["emojify"] = func(v any) string { return s(v) }
	m["truncate"] = func(n int, v any) string { return truncate([]rune(s(v)), n, "…") }
	m["findRE"] = func(pattern string, v any) ([]string, error) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, err
		}
		return re.FindAllString(s(v), liquidItems), nil
	}
	m["replaceRE"] = func(pattern, with string, v any) (string, error) {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return "", err
		}
		return re.ReplaceAllString(s(v), with), nil
	}
	m["delimit"] = func(v any, sep string) string {
		switch v := v.(type) {
		case []string:
			return strings.Join(v, sep)
		case []any:
			return joinList(v, sep)
		}
		return s(v)
	}
	m["strings"] = func() templateWords { return templateWords{} }
}

// templateWords lets templates say strings.TrimSpace.
type templateWords struct{}

// TrimSpace is Hugo's strings.TrimSpace.
func (templateWords) TrimSpace(v any) string { return strings.TrimSpace(fmt.Sprint(v)) }

// ToLower is Hugo's strings.ToLower.
func (templateWords) ToLower(v any) string { return strings.ToLower(fmt.Sprint(v)) }

// ToUpper is Hugo's strings.ToUpper.
func (templateWords) ToUpper(v any) string { return strings.ToUpper(fmt.Sprint(v)) }

// TrimPrefix is Hugo's strings.TrimPrefix.
func (templateWords) TrimPrefix(p string, v any) string { return strings.TrimPrefix(fmt.Sprint(v), p) }

// TrimSuffix is Hugo's strings.TrimSuffix.
func (templateWords) TrimSuffix(p string, v any) string { return strings.TrimSuffix(fmt.Sprint(v), p) }

// Contains is Hugo's strings.Contains.
func (templateWords) Contains(v any, part string) bool {
	return strings.Contains(fmt.Sprint(v), part)
}

// HasPrefix is Hugo's strings.HasPrefix.
func (templateWords) HasPrefix(v any, p string) bool { return strings.HasPrefix(fmt.Sprint(v), p) }

// HasSuffix is Hugo's strings.HasSuffix.
func (templateWords) HasSuffix(v any, p string) bool { return strings.HasSuffix(fmt.Sprint(v), p) }

// Replace is Hugo's strings.Replace.
func (templateWords) Replace(v any, old, with string) string {
	return replaceBounded(fmt.Sprint(v), old, with, -1)
}

func templateNumbers(m template.FuncMap) {
	for name, filter := range map[string]string{"add": "plus", "sub": "minus", "mul": "times", "div": "divided_by", "mod": "modulo"} {
		m[name] = func(a, b any) any {
			out, _ := numberFilter(filter, a, []any{b})
			return out
		}
	}
}

func rooted(v any) string {
	out, _ := siteFilter("relative_url", fmt.Sprint(v), nil)
	return toString(out)
}

func templateDict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

func (x *expansion) templateRef(_ any, target any) string {
	name := fmt.Sprint(target)
	if m, ok := target.(map[string]any); ok {
		name = fmt.Sprint(m["path"])
	}
	address, _ := x.target(name)
	return address
}

// markdownify renders a few words or paragraphs of Markdown; one paragraph without its element, as Hugo does.
func (x *expansion) markdownify(v any) (template.HTML, error) {
	var b bytes.Buffer
	if err := x.st.author.markdown.Convert([]byte(strings.TrimSpace(fmt.Sprint(v))), &b); err != nil {
		return "", err
	}
	out := strings.TrimSpace(b.String())
	if inner, ok := strings.CutPrefix(out, "<p>"); ok && strings.Count(out, "<p>") == 1 && strings.HasSuffix(out, "</p>") {
		out = strings.TrimSuffix(inner, "</p>")
	}
	return template.HTML(out), nil
}
