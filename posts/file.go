package posts

import (
	"bytes"
	"errors"
	"fmt"
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
	slug     string    // that the author chose; "" if none
	key      string    // that translations share, chosen by the author
	old      []string  // addresses that lead here
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
	f.read(fields{front: parts, note: func(line int, m string) { f.problem(line, false, m) }}, author)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// read turns front matter into a post.
func (f *file) read(m fields, author *markdown.Author) {
	p := &f.post
	p.Title = strings.Join(strings.Fields(m.text("title")), " ")
	if p.Title == "" {
		p.Title = author.Title(m.body)
	}
	p.Summary = strings.Join(strings.Fields(m.text("summary", "description", "excerpt")), " ")
	if p.Summary == "" {
		p.Summary = author.Lead(m.body)
	}
	p.Date = m.date("date", "publishdate", "published_at", "created")
	p.Updated = m.date("updated", "lastmod", "last_modified_at", "modified")
	p.Authors = m.people("authors", "author")
	p.Image = m.text("image", "cover", "thumbnail")
	p.Draft, _ = m.flag("draft")
	if published, ok := m.flag("published"); ok && !published {
		p.Draft = true
	}
	p.Comments = true
	if comments, ok := m.flag("comments"); ok {
		p.Comments = comments
	}
	if l := m.text("lang", "language", "locale"); l != "" {
		p.Lang = m.language(l)
	}
	p.Minutes = markdown.Minutes(m.body)
	f.slug = m.text("slug")
	f.key = m.text("translationkey")
	f.old = append(m.list("aliases", "redirect_from", "alias"), permalinks(m)...)
	f.terms(m)
}

func (m fields) language(s string) blog.Lang {
	l, ok := language(s)
	if !ok {
		m.note(m.lineOf("lang"), fmt.Sprintf("lang: %.20q is no language that is known here: write a tag such as vi or en", s))
	}
	return l
}

// permalinks are addresses that another tool gave the post. They lead here.
func permalinks(m fields) []string {
	var out []string
	for _, k := range []string{"url", "path", "permalink"} {
		if s := m.text(k); s != "" && !strings.Contains(s, ":") {
			out = append(out, "/"+strings.TrimLeft(s, "/"))
		}
	}
	return out
}

// terms reads categories and tags, in the front matter itself and, as Zola has it, in its [taxonomies].
func (f *file) terms(m fields) {
	tax := m.below("taxonomies")
	var categories []string
	if c := m.text("category"); c != "" {
		categories = append(categories, c)
	}
	categories = append(append(categories, m.words("categories")...), tax.words("categories", "category")...)
	f.post.Categories = termsOf(categories)
	if len(f.post.Categories) > 0 {
		f.post.Category = f.post.Categories[0]
	}
	f.post.Tags = termsOf(append(m.words("tags", "tag"), tax.words("tags", "tag")...))
}

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
