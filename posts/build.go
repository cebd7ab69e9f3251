package posts

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vang/blog"
	"vang/markdown"
)

// entry is a post while its snapshot is built.
type entry struct {
	post  blog.Post
	file  *file
	said  said // what the file says, with the defaults of its scope
	place place
	index bool // what an _index.md says of its folder

	beside bool // aliases without a slash in front are beside the post, as Hugo has it
}

// builder makes a snapshot of files.
type builder struct {
	site     blog.Site
	st       *settings
	house    house
	drafts   bool
	now      time.Time
	due      time.Time // when the next post comes or goes by itself; zero if none does
	problems []Problem
	faulty   map[string]bool // patterns of addresses that were complained of
	indexed  map[string]bool // folders, as addresses have them, with an _index.md
	people   map[string]blog.Person
	named    map[string]string // names of authors, by slug
	leads    []redirect
}

func (b *builder) problem(e *entry, fatal bool, format string, args ...any) {
	b.problems = append(b.problems, Problem{File: e.file.path, Message: fmt.Sprintf(format, args...), Fatal: fatal})
}

func newBuilder(st *settings, h house, drafts bool, now time.Time) *builder {
	own := *st
	own.defaults = slices.Clone(st.defaults)
	own.site.Authors = slices.Clone(st.site.Authors)
	return &builder{
		site: own.site, st: &own, house: h, drafts: drafts, now: now, faulty: map[string]bool{}, indexed: map[string]bool{}, people: map[string]blog.Person{}, named: map[string]string{},
	}
}

func (l *Library) build(files map[string]*file, st *settings, listing []Problem) *Snapshot {
	h := house{}
	if at := l.house.Load(); at != nil {
		h = *at
	}
	b := newBuilder(st, h, l.options.Drafts, l.options.Now())
	b.problems = slices.Clone(listing)
	entries := b.entries(files)
	b.defaults(entries, l.options.Dir)
	b.sort(entries)
	entries = slices.DeleteFunc(entries, func(e *entry) bool { return !b.visible(e) })
	posts, pages, indexes := b.address(entries)
	translations(posts)
	translations(pages)
	translations(indexes)
	sortNewest(posts)
	b.placeImages(l.assets, slices.Concat(posts, pages, indexes))
	s := newSnapshot(b.site, posts, pages, indexes)
	s.due, s.listing, s.dialect = b.due, listing, b.st.tool
	s.prefix = b.st.prefix
	s.redirects = b.redirects(s, slices.Concat(posts, pages, indexes))
	s.open = l.opener()
	s.openRoot = s.open
	if h.root != "" {
		s.openRoot = rooted(h.root)
	}
	s.author, s.log = l.options.Author, l.log
	l.hold(s, b.st)
	s.version = versionOf(st.sum+l.assets.sum, s.site.Lang, posts, pages, indexes)
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
	b.guess(paths, files, shape)
	if b.st.tool == markdown.DialectJekyll {
		shape = jekyll
	}
	entries := make([]*entry, 0, len(paths))
	for _, path := range b.ofTheirOwn(paths, shape) {
		e := &entry{file: files[path], post: files[path].post, said: files[path].said, place: b.placeOf(path, shape)}
		e.index = e.place.index
		if e.index {
			b.indexed[e.place.folder] = true
			b.cascade(e)
			b.profile(e)
		}
		if shape == jekyll && e.place.page && (!e.file.matter || e.place.name == "index" && e.place.folder == "") {
			continue
		}
		entries = append(entries, e)
	}
	b.known()
	for _, e := range entries {
		b.fill(e)
	}
	b.slips(entries)
	return entries
}

// ofTheirOwn leaves out what Hugo takes for a part of another post: the texts in the folder of an index.md, and below it.
func (b *builder) ofTheirOwn(paths []string, s shape) []string {
	if !b.st.given || b.st.tool != markdown.DialectHugo {
		return paths
	}
	bundles := map[string]bool{} // by folder
	for _, file := range paths {
		if strings.HasPrefix(path.Base(file), "index.") && b.placeOf(file, s).bundle {
			bundles[path.Dir(file)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(paths), func(file string) bool {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			if bundles[dir] {
				return path.Dir(file) != dir || !strings.HasPrefix(path.Base(file), "index.")
			}
		}
		return false
	})
}

func (b *builder) placeOf(path string, s shape) place {
	if b.house.posts {
		path = "_posts/" + path
	}
	return placeOf(path, s, b.st.folders)
}

// fill adds what the path and the settings tell to what the file says.
func (b *builder) fill(e *entry) {
	p := &e.post
	b.inherit(e)
	p.Source, p.Hash, p.Page = e.file.path, e.file.hash, e.place.page
	p.Lang = cmp.Or(p.Lang, e.place.lang, b.house.lang)
	p.Title = cmp.Or(p.Title, titleFromName(e.place.name))
	b.when(e)
	b.whose(e)
	b.shelve(e)
	p.Draft = p.Draft || e.place.draft
	p.Section = e.place.section()
	e.beside = b.st.tool == markdown.DialectHugo
	p.Slug = blog.Slug(cmp.Or(strings.Trim(e.said.slug, "/"), e.place.name))
	p.Translation = cmp.Or(e.said.key, e.place.key())
	p.Image = b.imageOf(e)
}

var datedFolders = regexp.MustCompile(`(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})/`)

// when dates a post: by its front matter, its name, its address or the folders that it lies in.
func (b *builder) when(e *entry) {
	p := &e.post
	p.Date, p.Updated = e.said.date.in(b.st.zone), e.said.updated.in(b.st.zone)
	if p.Date.IsZero() || b.st.nameFirst && b.datedByName(e) {
		p.Date = moment{e.place.date, true}.in(b.st.zone)
	}
	for _, where := range []string{e.said.address.text + "/", e.file.path} {
		m := datedFolders.FindStringSubmatch(where)
		if !p.Date.IsZero() || m == nil {
			continue
		}
		if t, err := time.Parse("2006/1/2", strings.Join(m[1:], "/")); err == nil {
			p.Date = moment{t, true}.in(b.st.zone)
		}
	}
}

// shelve corrects categories and tags by the habits of the tool.
func (b *builder) shelve(e *entry) {
	p := &e.post
	if len(p.Tags) == 0 { // by the site's own word for them
		p.Tags = termsOf(listOf(p.Params[b.st.shelves["tag"]]))
	}
	if len(p.Categories) == 0 {
		p.Categories = termsOf(listOf(p.Params[b.st.shelves["category"]]))
	}
	if b.st.tool == markdown.DialectHugo || b.st.tool == markdown.DialectZola {
		if e.said.oneTag != "" {
			p.Tags = []blog.Term{termOf(e.said.oneTag)}
		}
		if e.said.oneCategory != "" {
			p.Categories = []blog.Term{termOf(e.said.oneCategory)}
		}
	}
	if section := e.place.section(); b.st.tool == markdown.DialectJekyll && e.place.collection == "posts" && section != "" {
		p.Categories = termsOf(slices.Concat(strings.Split(section, "/"), namesOf(p.Categories)))
	}
	if len(p.Categories) > 0 {
		p.Category = p.Categories[0]
	}
}

func namesOf(terms []blog.Term) (names []string) {
	for _, t := range terms {
		names = append(names, t.Name)
	}
	return names
}

// imageOf is the path of the picture: beside a bundle's text, else from the site's root.
func (b *builder) imageOf(e *entry) string {
	image := e.post.Image
	switch {
	case image == "", strings.HasPrefix(image, "/"), strings.Contains(image, "://"), strings.HasPrefix(image, "data:"):
		return image
	case e.place.bundle, strings.HasPrefix(image, "./"), strings.HasPrefix(image, "../"):
		return path.Join("/", path.Dir(e.file.path), image)
	}
	return path.Join("/", image)
}

// defaults are the settings that nobody made. The site's language is the one that most of its posts name.
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

// visible tells whether readers may see a post now, and marks what only its author sees.
func (b *builder) visible(e *entry) bool {
	publish := e.said.publish.in(b.st.zone)
	if publish.IsZero() {
		publish = e.post.Date
	}
	expiry := e.said.expiry.in(b.st.zone)
	e.post.Future = publish.After(b.now)
	e.post.Expired = !expiry.IsZero() && !expiry.After(b.now)
	switch {
	case e.said.hidden, b.leadsOn(e):
		return false
	case e.post.Draft && !b.drafts && !b.st.drafts:
		return false
	}
	if e.post.Future {
		b.changesAt(publish)
	} else if !expiry.IsZero() && !e.post.Expired {
		b.changesAt(expiry)
	}
	e.post.Future = e.post.Future && !b.st.future
	e.post.Expired = e.post.Expired && !b.st.expired
	return b.drafts || !e.post.Future && !e.post.Expired
}

func (b *builder) changesAt(t time.Time) {
	if b.due.IsZero() || t.Before(b.due) {
		b.due = t
	}
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
			if e.post.Future || e.post.Expired {
				_, _ = io.WriteString(h, "not now\n")
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
