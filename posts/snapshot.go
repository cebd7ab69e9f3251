package posts

import (
	"cmp"
	"io/fs"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"vang/blog"
	"vang/markdown"
)

// Snapshot is all posts at one moment. The slices that it returns are shared: callers do not change them.
type Snapshot struct {
	version  string
	life     string // which Library made it
	load     int64  // and in which of its loads
	site     blog.Site
	problems []Problem
	listing  []Problem // those of the folder itself, to see whether it changed
	due      time.Time // when the next post of the future comes

	posts        []blog.Post // newest first
	pages        []blog.Post
	byLang       map[blog.Lang][]blog.Post
	languages    []blog.Lang
	byPath       map[string]*item // by canonical path, not escaped
	bySlug       map[string]*item // posts
	translations map[string][]*item
	redirects    map[string]string
	terms        map[termKey]*termPosts
	byFile       map[string]*item        // whatever can be shown, by path in the content folder
	indexes      map[indexKey]*item      // what _index.md says of a section
	people       []Author                // of all posts, the busiest first
	names        func() map[string]*item // what [[ ]] and refs may call a document; made when it is first asked for
	titles       func() titleWords       // for Related; made when it is first asked for
	dialect      markdown.Dialect
	prefix       string // path below which another tool had the site

	open     func(name string) (fs.File, error) // in the content folder
	openRoot func(name string) (fs.File, error) // in the site's root: its settings, static files and pieces for templates
	pieces   pieces                             // files that documents include
	author   *markdown.Author
	log      *slog.Logger
	holdings
}

// item is a post and the file that it comes from.
type item struct {
	post *blog.Post
	file *file
	at   int // its place in its language's list
}

func newSnapshot(site blog.Site, posts, pages, indexes []*entry) *Snapshot {
	s := &Snapshot{
		site:   site,
		posts:  make([]blog.Post, 0, len(posts)),
		byPath: make(map[string]*item, len(posts)+len(pages)),
		bySlug: make(map[string]*item, len(posts)), translations: map[string][]*item{}, terms: map[termKey]*termPosts{},
		byFile: make(map[string]*item, len(posts)+len(pages)), indexes: map[indexKey]*item{},
	}
	s.names = sync.OnceValue(s.allNames)
	s.titles = sync.OnceValue(s.allTitleWords)
	for _, e := range posts {
		e.post.Aliases = aliasesOf(e)
		s.posts = append(s.posts, e.post)
	}
	s.byLang = perLanguage(s.posts)
	for _, e := range pages {
		e.post.Aliases = aliasesOf(e)
		s.pages = append(s.pages, e.post)
	}
	seen := map[blog.Lang]int{}
	for i, e := range posts {
		p := &s.posts[i]
		s.bySlug[p.Slug] = s.index(&item{post: p, file: e.file, at: seen[p.Lang]})
		seen[p.Lang]++
		s.indexTerms(p, i)
	}
	for i, e := range pages {
		s.index(&item{post: &s.pages[i], file: e.file})
	}
	for _, e := range indexes {
		s.indexSection(e)
	}
	s.languages = languagesOf(site.Lang, s.byLang)
	s.orderSeries()
	s.people = s.authors()
	return s
}

// perLanguage parts posts by language. Where all are of one, nothing is copied: a post without its text takes 300 bytes.
func perLanguage(posts []blog.Post) map[blog.Lang][]blog.Post {
	count := map[blog.Lang]int{}
	for i := range posts {
		count[posts[i].Lang]++
	}
	lists := make(map[blog.Lang][]blog.Post, len(count))
	for l, n := range count {
		if n == len(posts) {
			lists[l] = posts
			return lists
		}
		lists[l] = make([]blog.Post, 0, n)
	}
	for i := range posts {
		l := posts[i].Lang
		lists[l] = append(lists[l], posts[i])
	}
	return lists
}

func (s *Snapshot) index(it *item) *item {
	p := it.post.Path
	if plain, err := url.PathUnescape(p); err == nil {
		p = plain
	}
	s.byPath[p] = it
	s.byFile[it.file.path] = it
	if key := it.post.Translation; key != "" {
		s.translations[key] = append(s.translations[key], it)
	}
	return it
}

func languagesOf(site blog.Lang, byLang map[blog.Lang][]blog.Post) []blog.Lang {
	list := []blog.Lang{site}
	for l := range byLang {
		if l != site {
			list = append(list, l)
		}
	}
	slices.SortFunc(list[1:], func(a, b blog.Lang) int {
		return cmp.Or(len(byLang[b])-len(byLang[a]), cmp.Compare(a, b))
	})
	return list
}

func (s *Snapshot) isDue(now time.Time) bool { return !s.due.IsZero() && !now.Before(s.due) }

// Version is a hash of all that readers can see of the content.
func (s *Snapshot) Version() string { return s.version }

// Site is the settings, with defaults where the author made none.
func (s *Snapshot) Site() blog.Site { return s.site }

// Languages are those of the posts, the site's own first, then by number of posts.
func (s *Snapshot) Languages() []blog.Lang { return s.languages }

// Post finds a post by its present slug.
func (s *Snapshot) Post(slug string) (blog.Post, bool) {
	it, ok := s.bySlug[slug]
	if !ok {
		return blog.Post{}, false
	}
	return *it.post, true
}

// Page finds a page by its slug, in lang if it is not "", else the one whose address has no language.
func (s *Snapshot) Page(slug string, lang blog.Lang) (blog.Post, bool) {
	for _, p := range s.pages {
		if p.Slug == slug && (p.Lang == lang || lang == "") {
			return p, true
		}
	}
	return blog.Post{}, false
}

// At finds the post or page whose canonical path this is, escaped or not.
func (s *Snapshot) At(path string) (blog.Post, bool) {
	if it, ok := s.at(path); ok {
		return *it.post, true
	}
	return blog.Post{}, false
}

// itemOf finds what p is of this snapshot: by its file, else by its path.
func (s *Snapshot) itemOf(p blog.Post) (*item, bool) {
	if it, ok := s.byFile[p.Source]; ok && it.post.Path == p.Path {
		return it, true
	}
	return s.at(p.Path)
}

func (s *Snapshot) at(path string) (*item, bool) {
	if it, ok := s.byPath[path]; ok {
		return it, true
	}
	plain, err := url.PathUnescape(path)
	if err != nil {
		return nil, false
	}
	it, ok := s.byPath[plain]
	return it, ok
}

// Posts are the posts of a language, newest first; all of them for "".
func (s *Snapshot) Posts(lang blog.Lang) []blog.Post {
	if lang == "" {
		return s.posts
	}
	return s.byLang[lang]
}

// Pages are all pages.
func (s *Snapshot) Pages() []blog.Post { return s.pages }

// Redirect tells where the post or page is that this path once led to. The path may be escaped or not.
func (s *Snapshot) Redirect(path string) (to string, ok bool) {
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	tidy := tidyPath(path)
	for _, from := range []string{tidy, tidy + ".html", strings.TrimSuffix(tidy, ".html")} {
		if to, ok = s.redirects[from]; ok && !s.isAt(path) {
			return to, true
		}
	}
	if it, known := s.otherEnd(tidy); known && it != path && !s.isAt(path) {
		return escaped(it), true
	}
	if slug, isPost := strings.CutPrefix(tidy, "/blog/"); isPost { // typed by hand, or by a tool that writes slugs in another way
		if it, known := s.bySlug[blog.Slug(slug)]; known && it.post.Slug != slug {
			return it.post.Path, true
		}
	}
	if rest, below := strings.CutPrefix(path, s.prefix+"/"); below && s.prefix != "" {
		return escaped("/" + strings.TrimLeft(rest, "/")), true // of two slashes the browser would make another site
	}
	return "", false
}

func (s *Snapshot) isAt(path string) bool {
	_, ok := s.byPath[path]
	return ok
}

// otherEnd finds what a path leads to with another end, as web servers find files: /x, /x/, /x.html and /x/index.html.
func (s *Snapshot) otherEnd(tidy string) (string, bool) {
	for _, p := range []string{tidy, tidy + "/", tidy + ".html", strings.TrimSuffix(tidy, ".html"), strings.TrimSuffix(tidy, ".html") + "/"} {
		if it, ok := s.byPath[p]; ok && it.post.Path != "" && p != "/" {
			return p, true
		}
	}
	return "", false
}

// Neighbours are the posts before and after p in its language; nil at the ends.
func (s *Snapshot) Neighbours(p blog.Post) (older, newer *blog.Post) {
	it, ok := s.bySlug[p.Slug]
	if !ok || p.Page {
		return nil, nil
	}
	list := s.byLang[it.post.Lang]
	if it.at+1 < len(list) {
		older = &list[it.at+1]
	}
	if it.at > 0 {
		newer = &list[it.at-1]
	}
	return older, newer
}

// Translations are the same post or page in other languages, in the order of Languages.
func (s *Snapshot) Translations(p blog.Post) []blog.Post {
	if p.Translation == "" {
		return nil
	}
	var list []blog.Post
	seen := map[blog.Lang]bool{p.Lang: true}
	for _, it := range s.translations[p.Translation] {
		if it.post.Page == p.Page && !seen[it.post.Lang] {
			seen[it.post.Lang] = true
			list = append(list, *it.post)
		}
	}
	slices.SortStableFunc(list, func(a, b blog.Post) int {
		return slices.Index(s.languages, a.Lang) - slices.Index(s.languages, b.Lang)
	})
	return list
}
