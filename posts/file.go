package posts

import (
	"bytes"
	"errors"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"vang/blog"
	"vang/markdown"
)

// maxFile is the most bytes of one post: a book has a megabyte.
const maxFile = 5 << 20

// file is one Markdown file as it was read. It is not changed afterwards and is shared by snapshots.
type file struct {
	path     string
	size     int64
	modified time.Time
	recent   bool // changed so shortly before it was read that its time cannot tell of the next change

	hash     string
	post     blog.Post // as far as the file alone tells: without addresses, and with terms and languages as written
	said               // what the front matter says besides
	matter   bool      // it has front matter
	bodyLine int
	text     source

	broken   bool // it cannot be shown
	problems []Problem
	told     atomic.Bool // the log has the warnings of its rendering
}

func (f *file) problem(line int, fatal bool, message string) {
	f.problems = append(f.problems, Problem{File: f.path, Line: line, Message: message, Fatal: fatal})
	f.broken = f.broken || fatal
}

// parse reads what a file says. keep makes the source from which its text can be had again.
func (f *file) parse(data []byte, author *markdown.Author, keep func(data, body []byte) source) {
	f.hash = hashOf(data)
	if len(bytes.TrimSpace(data)) == 0 {
		f.problem(0, true, "is empty: write a title and a text, or delete it")
		return
	}
	clean, note := normalise(data)
	if note != "" {
		f.problem(0, false, note)
	}
	parts, err := split(clean)
	if err != nil {
		line := 1
		if s, ok := errors.AsType[*syntaxError](err); ok {
			line = s.line
		}
		f.problem(line, true, oneLine(err.Error())+"; until it is mended the file shows what it said before")
		return
	}
	f.matter = parts.matter != nil
	f.bodyLine = parts.bodyLine
	f.text = keep(data, parts.body)
	f.toml = bytes.HasPrefix(clean, []byte("+++"))
	for _, key := range []string{"taxonomies", "extra", "template", "page_template", "path", "sort_by"} {
		_, has := parts.values[key]
		f.zola = f.zola || f.toml && has
	}
	f.read(fields{front: parts, note: func(line int, m string) { f.problem(line, false, m) }}, author)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// termsOf makes terms of names; of those with one slug the first stays.
func termsOf(names []string) (list []blog.Term) {
	seen := map[string]bool{}
	for _, name := range names {
		if t := termOf(name); !seen[t.Slug] {
			seen[t.Slug] = true
			list = append(list, t)
		}
	}
	return list
}

func termOf(name string) blog.Term { return blog.Term{Name: name, Slug: blog.Slug(name)} }

// titleFromName makes "my-first-post" readable.
func titleFromName(name string) string {
	words := strings.Join(strings.FieldsFunc(path.Base(name), func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " ")
	if words == "" {
		return name
	}
	runes := []rune(words)
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}
