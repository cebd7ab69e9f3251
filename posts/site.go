package posts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"vang/blog"
)

// siteReader reads site.yaml key by key, so that each mistake is named with its line and costs only itself.
type siteReader struct {
	file     string
	problems []Problem
}

func (r *siteReader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// readSite reads the settings; bad is true if the file is there but cannot be read at all.
func readSite(fsys fs.FS) (site blog.Site, hash string, problems []Problem, bad bool) {
	for _, name := range []string{"site.yaml", "site.yml"} {
		data, err := readInto(&bytes.Buffer{}, fsys, name, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		r := &siteReader{file: name}
		if err != nil {
			return site, "", []Problem{{File: name, Fatal: true, Message: unreadable(err)}}, true
		}
		bad = !r.read(data, &site)
		return site, hashOf(data), r.problems, bad
	}
	return site, "", nil, false
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func (r *siteReader) read(data []byte, site *blog.Site) bool {
	clean, _ := normalise(data)
	var doc yaml.Node
	if err := yaml.Unmarshal(clean, &doc); err != nil {
		line := 1
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		r.problems = append(r.problems, Problem{File: r.file, Line: line, Fatal: true, Message: "is no YAML: " + oneLine(err.Error())})
		return false
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return true
	}
	r.pairs(doc.Content[0], "the site", func(key string, v *yaml.Node) bool { return r.key(site, key, v) })
	return true
}

const siteKeys = "title, tagline, description, lang, author, titles, taglines, menu, page_size"

func (r *siteReader) key(site *blog.Site, key string, v *yaml.Node) bool {
	switch key {
	case "title":
		site.Title = r.text(key, v)
	case "tagline":
		site.Tagline = r.text(key, v)
	case "description":
		site.Description = r.text(key, v)
	case "lang", "language":
		site.Lang = r.lang(v, r.text(key, v))
	case "author":
		site.Author = r.person(v)
	case "titles":
		site.Titles = r.perLanguage(key, v)
	case "taglines":
		site.Taglines = r.perLanguage(key, v)
	case "menu":
		site.Menu = r.menu(v)
	case "page_size":
		site.PageSize = r.pageSize(v)
	default:
		return false
	}
	return true
}

// pairs calls set for each key of a mapping; a key that it does not know is a problem.
func (r *siteReader) pairs(n *yaml.Node, what string, set func(key string, v *yaml.Node) bool) {
	if n.Kind != yaml.MappingNode {
		r.problem(n.Line, "%s is no list of keys: write each as key: value", what)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if !set(strings.ToLower(k.Value), v) {
			known := siteKeys
			if what != "the site" {
				known = "name, url, label"
			}
			r.problem(k.Line, "there is no setting %.40q: those of %s are %s", k.Value, what, known)
		}
	}
}

func (r *siteReader) text(key string, v *yaml.Node) string {
	if v.Kind != yaml.ScalarNode {
		r.problem(v.Line, "%s must be a text", key)
		return ""
	}
	if v.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(v.Value)
}

func (r *siteReader) lang(v *yaml.Node, s string) blog.Lang {
	l, ok := language(s)
	if !ok && s != "" {
		r.problem(v.Line, "%.20q is no language that is known here: write a tag such as vi or en", s)
	}
	return l
}

func (r *siteReader) person(v *yaml.Node) (p blog.Person) {
	if v.Kind == yaml.ScalarNode {
		return blog.Person{Name: r.text("author", v)}
	}
	r.pairs(v, "author", func(key string, v *yaml.Node) bool {
		switch key {
		case "name":
			p.Name = r.text(key, v)
		case "url":
			p.URL = r.text(key, v)
		default:
			return false
		}
		return true
	})
	return p
}

func (r *siteReader) perLanguage(what string, v *yaml.Node) map[blog.Lang]string {
	out := map[blog.Lang]string{}
	r.pairs(v, what, func(key string, v *yaml.Node) bool {
		if l := r.lang(v, key); l != "" {
			out[l] = r.text(what+"."+key, v)
		}
		return true
	})
	return out
}

func (r *siteReader) menu(v *yaml.Node) map[blog.Lang][]blog.MenuItem {
	out := map[blog.Lang][]blog.MenuItem{}
	r.pairs(v, "menu", func(key string, v *yaml.Node) bool {
		l := r.lang(v, key)
		if v.Kind != yaml.SequenceNode {
			r.problem(v.Line, "menu.%s must be a list of label and url", key)
			return true
		}
		for _, item := range v.Content {
			if m := r.menuItem(item); m.Label != "" && m.URL != "" && l != "" {
				out[l] = append(out[l], m)
			}
		}
		return true
	})
	return out
}

func (r *siteReader) menuItem(v *yaml.Node) (m blog.MenuItem) {
	r.pairs(v, "menu", func(key string, v *yaml.Node) bool {
		switch key {
		case "label", "name":
			m.Label = r.text(key, v)
		case "url":
			m.URL = r.text(key, v)
		default:
			return false
		}
		return true
	})
	if v.Kind == yaml.MappingNode && (m.Label == "" || m.URL == "") {
		r.problem(v.Line, "a menu's entry needs label and url")
	}
	return m
}

const maxPageSize = 100

func (r *siteReader) pageSize(v *yaml.Node) int {
	n, err := strconv.Atoi(v.Value)
	if v.Kind != yaml.ScalarNode || err != nil || n < 1 || n > maxPageSize {
		r.problem(v.Line, "page_size must be a number from 1 to %d", maxPageSize)
		return 0
	}
	return n
}
