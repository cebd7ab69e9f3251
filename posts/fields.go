package posts

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"vang/blog"
)

// fields reads front matter with whatever types its author chose.
type fields struct {
	front
	note func(line int, message string)
}

// text is the first of keys that has something to say.
func (f fields) text(keys ...string) string {
	for _, k := range keys {
		if s := textOf(f.values[k]); s != "" {
			return s
		}
	}
	return ""
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case nil, map[string]any, []any, map[any]any:
		return ""
	case time.Time:
		return v.Format("2006-01-02")
	}
	return fmt.Sprint(v)
}

// list is the values of the first of keys that is there. A single string is a list of one.
func (f fields) list(keys ...string) []string {
	for _, k := range keys {
		if v, ok := f.values[k]; ok && v != nil {
			return listOf(v)
		}
	}
	return nil
}

func listOf(v any) []string {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	var out []string
	for _, item := range items {
		if s := textOf(item); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// words is list for categories and tags, where Jekyll takes a string as several: between commas, else between spaces.
func (f fields) words(keys ...string) []string {
	for _, k := range keys {
		s, ok := f.values[k].(string)
		switch {
		case !ok:
			if f.values[k] != nil {
				return listOf(f.values[k])
			}
		case strings.Contains(s, ","):
			return trimmed(strings.Split(s, ","))
		case strings.TrimSpace(s) != "":
			return strings.Fields(s)
		}
	}
	return nil
}

func trimmed(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// flag reads a yes or no; ok is false if none is there.
func (f fields) flag(key string) (value, ok bool) {
	switch v := f.values[key].(type) {
	case nil:
		return false, false
	case bool:
		return v, true
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "yes", "on", "1":
			return true, true
		case "false", "no", "off", "0", "":
			return false, true
		}
	case int:
		return v != 0, true
	case int64:
		return v != 0, true
	}
	f.note(f.lineOf(key), fmt.Sprintf("%s is neither true nor false: write one of them", key))
	return false, false
}

// date is the first of keys that has a date; a bad one is noted, never an error.
func (f fields) date(keys ...string) moment {
	for _, k := range keys {
		m, note, err := parseMoment(f.values[k])
		if err != nil {
			note = err.Error()
		}
		if note != "" {
			f.note(f.lineOf(k), k+": "+note)
		}
		if !m.IsZero() {
			return m
		}
	}
	return moment{}
}

// people reads authors: a name, a list of names, a map, or a list of maps.
func (f fields) people(keys ...string) []blog.Person {
	for _, k := range keys {
		v := f.values[k]
		items, ok := v.([]any)
		if !ok {
			items = []any{v}
		}
		var out []blog.Person
		for _, item := range items {
			if s, isText := item.(string); isText {
				for _, name := range namesIn(s) {
					out = append(out, blog.Person{Name: name})
				}
			} else if p := personOf(item); p.Name != "" {
				out = append(out, p)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// namesIn parts several names that were written as one text: "Ann Lee, Bob Ray and others" has two commas' worth of people,
// "Ann Lee, PhD" and "Vang, Inc." one.
func namesIn(s string) []string {
	parts := trimmed(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '、' || r == ';' }))
	for _, p := range parts[min(1, len(parts)):] {
		switch strings.ToLower(strings.Trim(p, ". ")) {
		case "jr", "sr", "ii", "iii", "phd", "ph.d", "md", "m.d", "inc", "llc", "ltd", "gmbh", "co", "esq":
			return []string{strings.TrimSpace(s)}
		}
		if first := []rune(p)[0]; unicode.IsLower(first) {
			return []string{strings.TrimSpace(s)} // "The team, on behalf of all"
		}
	}
	return parts
}

func personOf(v any) blog.Person {
	if m, ok := v.(map[string]any); ok {
		return personFrom(m)
	}
	return blog.Person{Name: textOf(v)}
}

func firstText(m map[string]any, keys ...string) string {
	for _, k := range keys {
		if s := textOf(m[k]); s != "" {
			return s
		}
	}
	return ""
}

// below is the fields of a table in the front matter, such as Zola's [taxonomies].
func (f fields) below(key string) fields {
	m, _ := f.values[key].(map[string]any)
	inner := f
	inner.values = smallKeys(m)
	return inner
}
