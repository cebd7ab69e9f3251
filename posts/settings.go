package posts

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v4"

	"vang/blog"
	"vang/markdown"
)

// settings are what a site says of itself, in its own tool's words or in site.yaml.
type settings struct {
	site  blog.Site
	tool  markdown.Dialect
	given bool   // the tool's own settings are there; else it is guessed from the files
	sum   string // of all that was read

	zone       *time.Location // of dates that name none; nil for UTC
	content    string         // folder of the content, below the site's root
	home       string         // address that the tool was told; "" for none
	prefix     string         // path below which the tool had the site; it is not part of addresses here
	permalinks map[string]string
	pagesAt    string // Jekyll's pattern for pages
	ugly       bool   // Hugo's /x.html instead of /x/
	keepCase   bool   // of paths that Hugo makes
	noAccents  bool   // Hugo's removePathAccents
	zolaPaths  string // Zola's slugify.paths: on, safe or off
	keepDates  bool   // Zola's slugify.paths_keep_dates
	nameDates  bool   // Hugo takes dates, and slugs, from the names of files
	nameFirst  bool   // and that before it looks into their front matter

	languages map[blog.Lang]string // what each has in front of its addresses, such as "fr"; "" for none
	folders   map[string]blog.Lang // content folders of languages, below content
	main      []string             // top folders whose files are posts
	drafts    bool
	future    bool
	expired   bool
	defaults  []defaults
	shelves   map[string]string // the site's own words for tags, categories, series and authors, by ours
	kept      map[string]bool   // folders with an underscore that hold documents all the same: Jekyll's collections
	people    map[string]blog.Person
	redirects []redirect
	own       bool // there is a site.yaml
	problems  []Problem
	bad       bool // a file of settings could not be understood
}

// defaults is front matter for all files of a scope that say nothing else.
type defaults struct {
	path   string // prefix of the file's path, or a pattern with *
	kind   string // Jekyll's type: "posts", "pages", "drafts" or a collection; "" for all
	values map[string]any
	file   *file // values, read; nil until they are needed
}

func (st *settings) problem(file string, line int, format string, args ...any) {
	st.problems = append(st.problems, Problem{File: file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// tree is settings as they were written, by key in small letters.
type tree map[string]any

// readTree reads a file of settings in YAML, TOML or JSON.
func readTree(name string, data []byte) (t tree, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("cannot be understood: %v", p)
		}
	}()
	clean, _ := normalise(data)
	values := map[string]any{}
	switch strings.ToLower(path.Ext(name)) {
	case ".toml":
		err = toml.Unmarshal(clean, &values)
	case ".json":
		err = json.Unmarshal(clean, &values)
	default:
		err = yaml.Unmarshal(clean, &values)
	}
	if err != nil {
		return nil, err
	}
	return tree(smallTree(values).(map[string]any)), nil
}

// settingsLine finds the line that an error of one of the three languages speaks of.
func settingsLine(err error, data []byte) int {
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := d.Position()
		return row
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return 1 + strings.Count(string(data[:min(int(s.Offset), len(data))]), "\n")
	}
	if s, ok := errors.AsType[*syntaxError](atLine(err, 1)); ok {
		return s.line
	}
	return 0
}

// smallTree writes all keys in small letters, as Hugo reads them, and makes every map one of texts.
func smallTree(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[strings.ToLower(k)] = smallTree(inner)
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[strings.ToLower(fmt.Sprint(k))] = smallTree(inner)
		}
		return out
	case []any:
		for i := range v {
			v[i] = smallTree(v[i])
		}
		return v
	case []map[string]any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = smallTree(v[i])
		}
		return out
	}
	return v
}

// at is the value under a dotted path of keys.
func (t tree) at(dotted string) any {
	var v any = map[string]any(t)
	for part := range strings.SplitSeq(dotted, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

// text is the first of some values that is a text.
func (t tree) text(dotted ...string) string {
	for _, d := range dotted {
		if s := textOf(t.at(d)); s != "" {
			return s
		}
	}
	return ""
}

func (t tree) below(dotted string) tree {
	m, _ := t.at(dotted).(map[string]any)
	return m
}

func (t tree) flag(dotted string) bool {
	switch v := t.at(dotted).(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true")
	}
	return false
}

func (t tree) list(dotted ...string) []string {
	for _, d := range dotted {
		if v := t.at(d); v != nil {
			return listOf(v)
		}
	}
	return nil
}

// merge lays other over t.
func (t tree) merge(other tree) {
	for k, v := range other {
		mine, isMap := t[k].(map[string]any)
		theirs, areMaps := v.(map[string]any)
		if isMap && areMaps {
			tree(mine).merge(theirs)
			continue
		}
		t[k] = v
	}
}

// files of settings, by tool. config.* is Hugo's old name and Zola's only one.
func settingsFiles() []string {
	return []string{
		"hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "_config.yml", "_config.yaml", "_config.toml",
		"config.toml", "config.yaml", "config.yml", "config.json", "zola.toml",
	}
}

// hasSettings tells whether a folder holds another tool's settings.
func hasSettings(fsys fs.FS) bool {
	for _, name := range append(settingsFiles(), "config/_default") {
		if _, err := fs.Stat(fsys, name); err == nil {
			return true
		}
	}
	return false
}

// readSettings reads what a site's root says; site.yaml in the content folder is laid over it by readSite.
func readSettings(fsys fs.FS) *settings {
	st := &settings{content: "content", languages: map[blog.Lang]string{}, folders: map[string]blog.Lang{}, permalinks: map[string]string{}}
	t, name := st.trees(fsys)
	switch {
	case name == "":
	case strings.HasPrefix(name, "_config"):
		st.tool, st.given, st.content = markdown.DialectJekyll, true, "."
		st.jekyll(t)
		st.jekyllData(fsys)
	case isZola(name, t):
		st.tool, st.given = markdown.DialectZola, true
		st.zola(t)
	default:
		st.tool, st.given = markdown.DialectHugo, true
		st.hugo(name, t)
		st.hugoData(fsys)
	}
	return st
}

// trees reads the first file of settings that there is, and Hugo's folder of them.
func (st *settings) trees(fsys fs.FS) (tree, string) {
	for _, name := range settingsFiles() {
		t, ok := st.tree(fsys, name)
		if ok {
			if strings.HasPrefix(name, "hugo.") || strings.HasPrefix(name, "config.") {
				st.hugoFolders(fsys, t)
			}
			return t, name
		}
	}
	t := tree{}
	if st.hugoFolders(fsys, t) {
		return t, "config/_default"
	}
	return nil, ""
}

// tree reads one file; ok is false only if it is not there.
func (st *settings) tree(fsys fs.FS, name string) (t tree, ok bool) {
	data, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err == nil {
		st.sum = hashOf(append([]byte(st.sum+name+"\n"), data...))
		t, err = readTree(name, data)
	}
	if err != nil {
		st.bad = true
		st.problems = append(st.problems, Problem{
			File: name, Line: settingsLine(err, data), Fatal: true,
			Message: "is no " + strings.ToUpper(strings.TrimPrefix(path.Ext(name), ".")) + ": " + oneLine(err.Error()) + "; addresses and titles of the site hold without it, or as they were before",
		})
		return tree{}, true
	}
	return t, true
}

// isZola tells Zola's config.toml from Hugo's.
func isZola(name string, t tree) bool {
	if name == "zola.toml" {
		return true
	}
	if name != "config.toml" || t["baseurl"] != nil {
		return false
	}
	for _, key := range []string{
		"base_url", "compile_sass", "build_search_index", "generate_feeds", "generate_feed", "default_language", "extra", "slugify", "link_checker", "minify_html",
	} {
		if t[key] != nil {
			return true
		}
	}
	return false
}

// locate loads the time zone that the settings name.
func (st *settings) locate(file, name string) {
	if name == "" {
		return
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		st.problem(file, 0, "the time zone %.40q is not known here: write one such as Asia/Ho_Chi_Minh; dates without a zone are read as UTC", name)
		return
	}
	st.zone = zone
}

// below is the path of an address, under which a tool had its site.
func (st *settings) below(base string) {
	st.home = base
	_, rest, ok := strings.Cut(base, "://")
	if !ok {
		rest = "/" + strings.TrimLeft(base, "/")
	}
	if _, p, ok := strings.Cut(rest, "/"); ok {
		if p = strings.Trim(p, "/"); p != "" {
			st.prefix = "/" + p
		}
	}
}

// roots are the folders where a content folder's settings may lie: itself, the one above, and that above a language's.
func roots(dir string) []string {
	list := []string{dir}
	full, err := filepath.Abs(dir)
	if err != nil {
		return list
	}
	for up := range 2 {
		if base := filepath.Base(full); base != "content" && (up > 0 || filepath.Base(filepath.Dir(full)) != "content") && base != "_posts" {
			break
		}
		full = filepath.Dir(full)
		list = append(list, full)
	}
	return list
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// knownLanguage is language for a key of settings, such as "cn".
func knownLanguage(key string) blog.Lang {
	l, ok := language(key)
	if !ok {
		return ""
	}
	return l
}

// personFrom reads a person from settings: a name, or a map.
func personFrom(v any) blog.Person {
	m, ok := v.(map[string]any)
	if !ok {
		return blog.Person{Name: textOf(v)}
	}
	m = smallKeys(m)
	p := blog.Person{
		Name: firstText(m, "name", "display_name", "title"), URL: firstText(m, "url", "uri", "link", "website", "homepage", "home", "web"),
		Bio: firstText(m, "bio", "description", "about"), Picture: firstText(m, "picture", "avatar", "image", "photo"), Slug: textOf(m["slug"]),
	}
	for _, k := range []string{"me", "links", "profiles"} {
		for _, s := range listOf(m[k]) {
			if strings.Contains(s, "://") || strings.HasPrefix(s, "mailto:") {
				p.Me = append(p.Me, s)
			}
		}
	}
	p.Name = cmp.Or(p.Name, textOf(m["username"]))
	return p
}
