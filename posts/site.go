package posts

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"vang/blog"
)

// redirect leads from a path that no post has.
type redirect struct {
	from, to string
	file     string
	line     int
}

// siteReader reads site.yaml key by key, so that each mistake is named with its line and costs only itself.
type siteReader struct {
	file     string
	settings *settings
	problems []Problem
}

func (r *siteReader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// read lays site.yaml over the settings; found is false if there is none.
func (st *settings) read(fsys fs.FS) (found bool) {
	for _, name := range []string{"site.yaml", "site.yml"} {
		data, err := readInto(&bytes.Buffer{}, fsys, name, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		st.own = true
		if err != nil {
			st.bad = true
			st.problems = append(st.problems, Problem{File: name, Fatal: true, Message: unreadable(err)})
			return true
		}
		st.sum = hashOf(append([]byte(st.sum), data...))
		r := &siteReader{file: name, settings: st}
		st.bad = !r.read(data, &st.site) || st.bad
		st.problems = append(st.problems, r.problems...)
		return true
	}
	return false
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

const siteKeys = "title, tagline, description, lang, timezone, author, authors, titles, taglines, menu, page_size, permalinks, redirects, image, me, params"

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
		return r.rareKey(site, key, v)
	}
	return true
}

func (r *siteReader) rareKey(site *blog.Site, key string, v *yaml.Node) bool {
	switch key {
	case "authors":
		r.authors(site, v)
	case "image":
		site.Image = r.text(key, v)
	case "me":
		site.Me = r.texts(key, v)
	case "timezone":
		r.zone(v)
	case "permalinks", "permalink":
		r.permalinks(v)
	case "redirects":
		r.redirects(v)
	case "params":
		r.params(site, v)
	default:
		return false
	}
	return true
}

// texts is a list of texts; a single one is a list of one.
func (r *siteReader) texts(key string, v *yaml.Node) (list []string) {
	if v.Kind != yaml.SequenceNode {
		if s := r.text(key, v); s != "" {
			list = []string{s}
		}
		return list
	}
	for _, item := range v.Content {
		if s := r.text(key, item); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// authors are those that posts may name: a list, or a map by the word that posts use.
func (r *siteReader) authors(site *blog.Site, v *yaml.Node) {
	add := func(p blog.Person, line int) {
		if p.Name == "" {
			r.problem(line, "an author needs a name")
			return
		}
		p.Slug = blog.Slug(cmp.Or(p.Slug, p.Name))
		site.Authors = append(site.Authors, p)
	}
	switch v.Kind {
	case yaml.SequenceNode:
		for _, item := range v.Content {
			add(r.person(item), item.Line)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(v.Content); i += 2 {
			p := r.person(v.Content[i+1])
			p.Slug = cmp.Or(p.Slug, v.Content[i].Value)
			p.Name = cmp.Or(p.Name, v.Content[i].Value)
			add(p, v.Content[i].Line)
		}
	default:
		r.problem(v.Line, "authors must be a list of name, url, bio, picture and me")
	}
}

func (r *siteReader) zone(v *yaml.Node) {
	name := r.text("timezone", v)
	zone, err := time.LoadLocation(name)
	if err != nil {
		r.problem(v.Line, "the time zone %.40q is not known here: write one such as Asia/Ho_Chi_Minh", name)
		return
	}
	if name != "" {
		r.settings.zone = zone
	}
}

// permalinks is a pattern for all posts, or one for each folder.
func (r *siteReader) permalinks(v *yaml.Node) {
	if v.Kind == yaml.ScalarNode {
		r.settings.permalinks = map[string]string{"": r.text("permalinks", v), "posts": r.text("permalinks", v)}
		return
	}
	r.pairs(v, "permalinks", func(key string, v *yaml.Node) bool {
		r.settings.permalinks[strings.Trim(key, "/")] = r.text("permalinks", v)
		return true
	})
}

// redirects leads addresses that no post has to others.
func (r *siteReader) redirects(v *yaml.Node) {
	if v.Kind != yaml.MappingNode {
		r.problem(v.Line, "redirects must be lines of old: new, such as /old/page: /blog/new")
		return
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k := v.Content[i]
		from, to := strings.TrimSpace(k.Value), r.text("redirects", v.Content[i+1])
		if !strings.HasPrefix(from, "/") || !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "http://") {
			r.problem(k.Line, "redirects: %.60q must be a path such as /old/page, and lead to a path or an address with https://", from)
			continue
		}
		r.settings.redirects = append(r.settings.redirects, redirect{from: tidyPath(from), to: to, file: r.file, line: k.Line})
	}
}

func (r *siteReader) params(site *blog.Site, v *yaml.Node) {
	var values map[string]any
	if v.Kind != yaml.MappingNode || v.Decode(&values) != nil {
		r.problem(v.Line, "params must be lines of key: value")
		return
	}
	merged := tree{}
	merged.merge(site.Params)
	merged.merge(smallTree(values).(map[string]any))
	site.Params = merged
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
				known = "name, url, slug, bio, picture, me, label"
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
		case "slug":
			p.Slug = r.text(key, v)
		case "bio":
			p.Bio = r.text(key, v)
		case "picture":
			p.Picture = r.text(key, v)
		case "me":
			p.Me = r.texts(key, v)
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
