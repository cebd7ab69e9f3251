package posts

import (
	"cmp"
	"slices"
	"strings"

	"vang/blog"
)

// Section is a folder of posts.
type Section struct {
	Path  string // below the content, such as "posts/2024"
	Title string // that its _index.md gives it, else made of its name
	Posts int    // in the folder itself
	Index bool   // whether it has an _index.md
}

// indexKey names an _index.md.
type indexKey struct {
	lang blog.Lang
	path string
}

// Sections are the folders that hold posts of a language, of all for "", by path.
func (s *Snapshot) Sections(lang blog.Lang) []Section {
	var list []Section
	for _, t := range s.counts(shelf, lang) {
		sec := Section{Path: t.Slug, Title: titleFromName(t.Slug), Posts: t.Posts}
		if index, ok := s.Index(lang, t.Slug); ok {
			sec.Title, sec.Index = index.Title, true
		}
		list = append(list, sec)
	}
	slices.SortFunc(list, func(a, b Section) int { return cmp.Compare(a.Path, b.Path) })
	return list
}

// BySection are the posts of a language (of all for "") in a folder, those in folders below it left out, newest first.
func (s *Snapshot) BySection(lang blog.Lang, path string) List {
	_, list := s.byTerm(termKey{shelf, lang, strings.Trim(path, "/")})
	return list
}

// Index is what the _index.md of a section says, in lang, else in the site's language; "" is the site's own top. Its
// Document can be had as that of any post.
func (s *Snapshot) Index(lang blog.Lang, path string) (blog.Post, bool) {
	path = strings.Trim(path, "/")
	for _, l := range []blog.Lang{lang, s.site.Lang} {
		if it, ok := s.indexes[indexKey{l, path}]; ok {
			return *it.post, true
		}
	}
	return blog.Post{}, false
}

// indexSection keeps what an _index.md says. Of the site's own top there is no page of its own: the home page shows it.
func (s *Snapshot) indexSection(e *entry) {
	post := e.post
	it := &item{post: &post, file: e.file}
	s.indexes[indexKey{post.Lang, post.Section}] = it
	if post.Section != "" {
		s.index(it)
		return
	}
	s.byFile[it.file.path] = it
}

// SectionAt is the section whose _index.md has its page at a path, which may be escaped or not, and its language.
func (s *Snapshot) SectionAt(path string) (lang blog.Lang, section string, ok bool) {
	it, found := s.at(path)
	if !found {
		return "", "", false
	}
	key := indexKey{it.post.Lang, it.post.Section}
	return key.lang, key.path, s.indexes[key] == it
}
