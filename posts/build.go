package posts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vang/blog"
)

// entry is a post while its snapshot is built.
type entry struct {
	post  blog.Post
	file  *file
	place place
}

// builder makes a snapshot of files.
type builder struct {
	site     blog.Site
	drafts   bool
	now      time.Time
	due      time.Time // when the next post of the future comes; zero if none does
	problems []Problem
}

func (b *builder) problem(e *entry, fatal bool, format string, args ...any) {
	b.problems = append(b.problems, Problem{File: e.file.path, Message: fmt.Sprintf(format, args...), Fatal: fatal})
}

func (l *Library) build(files map[string]*file, site blog.Site, siteSum string, listing []Problem) *Snapshot {
	b := &builder{site: site, drafts: l.options.Drafts, now: l.options.Now(), problems: slices.Clone(listing)}
	entries := b.entries(files)
	b.defaults(entries, l.options.Dir)
	entries = slices.DeleteFunc(entries, func(e *entry) bool { return !b.visible(e) })
	posts, pages := b.address(entries)
	translations(posts)
	translations(pages)
	sortNewest(posts)
	s := newSnapshot(b.site, posts, pages)
	s.due, s.listing = b.due, listing
	s.redirects = b.redirects(s, slices.Concat(posts, pages))
	s.open = l.opener()
	s.author, s.log = l.options.Author, l.log
	s.version = versionOf(siteSum, s.site.Lang, posts, pages)
	s.problems = b.problems
	sortProblems(s.problems)
	return s
}

// entries are the files that can be shown, by path.
func (b *builder) entries(files map[string]*file) []*entry {
	paths := make([]string, 0, len(files))
	for path, f := range files {
		b.problems = append(b.problems, f.problems...)
		if !f.broken {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	shape := shapeOf(paths)
	entries := make([]*entry, 0, len(paths))
	for _, path := range paths {
		e := &entry{file: files[path], post: files[path].post, place: placeOf(path, shape)}
		if shape == jekyll && e.place.page && (!e.file.matter || e.place.name == "index") {
			continue
		}
		b.fill(e)
		entries = append(entries, e)
	}
	return entries
}

// fill adds what the path tells to what the file says.
func (b *builder) fill(e *entry) {
	p := &e.post
	p.Source, p.Hash, p.Page = e.file.path, e.file.hash, e.place.page
	p.Lang = cmp.Or(p.Lang, e.place.lang)
	p.Title = cmp.Or(p.Title, titleFromName(e.place.name))
	if p.Date.IsZero() {
		p.Date = e.place.date
	}
	p.Authors = slices.Clone(p.Authors) // the file's own are shared
	if len(p.Authors) == 0 && b.site.Author.Name != "" {
		p.Authors = []blog.Person{b.site.Author}
	}
	for i := range p.Authors {
		p.Authors[i].Slug = cmp.Or(p.Authors[i].Slug, blog.Slug(p.Authors[i].Name))
	}
	p.Section = e.place.section()
	p.Comments = p.Comments && !p.Page
	p.Slug = blog.Slug(cmp.Or(strings.Trim(e.file.slug, "/"), e.place.name))
	p.Translation = cmp.Or(e.file.key, e.place.key())
}

// defaults are the settings that site.yaml leaves out. The site's language is the one that most of its posts name.
func (b *builder) defaults(entries []*entry, dir string) {
	if b.site.Title == "" {
		b.site.Title = "Blog"
		if name := filepath.Base(dir); dir != "" && name != "." && name != "content" && name != string(filepath.Separator) {
			b.site.Title = titleFromName(name)
		}
	}
	if b.site.PageSize == 0 {
		b.site.PageSize = defaultPageSize
	}
	if b.site.Lang == "" {
		b.site.Lang = commonest(entries)
	}
	for _, e := range entries {
		e.post.Lang = cmp.Or(e.post.Lang, b.site.Lang)
	}
}

const defaultPageSize = 10

func commonest(entries []*entry) blog.Lang {
	counts := map[blog.Lang]int{}
	best := blog.English
	for _, e := range entries {
		counts[cmp.Or(e.post.Lang, blog.English)]++
	}
	for l, n := range counts {
		if n > counts[best] || (n == counts[best] && best != blog.English && l < best) {
			best = l
		}
	}
	return best
}

// visible tells whether readers may see a post now.
func (b *builder) visible(e *entry) bool {
	switch {
	case b.drafts:
		return true
	case e.post.Draft:
		return false
	case e.post.Date.After(b.now):
		if b.due.IsZero() || e.post.Date.Before(b.due) {
			b.due = e.post.Date
		}
		return false
	}
	return true
}

// translations keeps the keys that join posts of several languages.
func translations(entries []*entry) {
	languages := map[string]map[blog.Lang]bool{}
	for _, e := range entries {
		if languages[e.post.Translation] == nil {
			languages[e.post.Translation] = map[blog.Lang]bool{}
		}
		languages[e.post.Translation][e.post.Lang] = true
	}
	for _, e := range entries {
		if len(languages[e.post.Translation]) < 2 {
			e.post.Translation = ""
		}
	}
}

// sortNewest puts the newest in front and those without a date at the end.
func sortNewest(entries []*entry) {
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(b.post.Date.Compare(a.post.Date), cmp.Compare(a.file.path, b.file.path))
	})
}

func versionOf(siteSum, lang string, lists ...[]*entry) string {
	h := sha256.New()
	_, _ = io.WriteString(h, siteSum+"\n"+lang+"\n")
	for _, list := range lists {
		for _, e := range list {
			_, _ = io.WriteString(h, e.file.path+"\n"+e.post.Path+"\n"+e.file.hash+"\n")
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
