package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"vang/blog"
	"vang/posts"
	"vang/views"
)

// The kinds of shelves.
const (
	homeShelf     = "home"
	categoryShelf = "category"
	tagShelf      = "tag"
	seriesShelf   = "series"
	authorShelf   = "author"
	sectionShelf  = "section"
)

// shelf is posts that belong together: a listing before its page is cut out, and a feed before its newest are.
type shelf struct {
	kind   string
	term   blog.Term // what it is called; of a section the path
	person blog.Person
	index  *blog.Post // what the author says above the list; nil if nothing
	posts  posts.List // newest first, but for a series, which is in the order of its parts
	parts  []string   // of its address below the language's; "" at the end for a slash
}

// shelfFinder finds the shelf that a request asks for; ok is false if nothing stands there.
type shelfFinder func(r *http.Request) (l shelf, ok bool)

// title is what a shelf is called; "" is the blog itself.
func (l shelf) title(w *views.Catalogue) string {
	switch l.kind {
	case categoryShelf:
		return views.Fill(w.CategoryTitle, "name", l.term.Name)
	case tagShelf:
		return views.Fill(w.TagTitle, "name", l.term.Name)
	case seriesShelf:
		return views.Fill(w.SeriesTitle, "name", l.term.Name)
	case homeShelf:
		return ""
	}
	return l.term.Name
}

// about is what the author says of a shelf, in a sentence.
func (l shelf) about() string {
	if l.index != nil {
		return l.index.Summary
	}
	return l.person.Bio
}

func (s *Server) homeList(r *http.Request) (shelf, bool) {
	lang := s.lang(r, "")
	return shelf{kind: homeShelf, posts: s.pinned(r.Context()).List(lang), index: s.indexOf(r.Context(), lang, "")}, true
}

// indexOf is the author's text above the list of a section, in that very language.
func (s *Server) indexOf(ctx context.Context, lang blog.Lang, path string) *blog.Post {
	if p, ok := s.pinned(ctx).Index(lang, path); ok && p.Lang == lang {
		return &p
	}
	return nil
}

// termShelf finds a category, a tag or a series by its slug.
func (s *Server) termShelf(kind string) shelfFinder {
	return func(r *http.Request) (shelf, bool) {
		return s.termOf(r.Context(), s.lang(r, ""), kind, r.PathValue("slug"))
	}
}

func (s *Server) termOf(ctx context.Context, lang blog.Lang, kind, slug string) (shelf, bool) {
	snap, l := s.pinned(ctx), shelf{kind: kind, parts: []string{kind, slug}}
	switch kind {
	case categoryShelf:
		l.term, l.posts = snap.ByCategory(lang, slug)
	case tagShelf:
		l.term, l.posts = snap.ByTag(lang, slug)
	case seriesShelf:
		l.term, l.posts = snap.BySeries(lang, slug)
	case authorShelf:
		l.person, l.posts = snap.ByAuthor(lang, slug)
		l.term = blog.Term{Name: l.person.Name, Slug: l.person.Slug}
	}
	return l, l.posts.Len() > 0
}

// sectionOf finds a folder of posts by its path. A folder that holds all posts is the blog itself, and has a list of its own
// only if its author says something above it.
func (s *Server) sectionOf(ctx context.Context, lang blog.Lang, path string) (l shelf, ok bool) {
	snap := s.pinned(ctx)
	l = shelf{
		kind: sectionShelf, term: blog.Term{Name: path, Slug: path}, posts: snap.Below(lang, path), index: s.indexOf(ctx, lang, path),
		parts: append(strings.Split(path, "/"), ""),
	}
	if l.index != nil {
		l.term.Name = l.index.Title
	} else if i := slices.IndexFunc(snap.Sections(lang), func(sec posts.Section) bool { return sec.Path == path }); i >= 0 {
		l.term.Name = snap.Sections(lang)[i].Title
	}
	return l, path != "" && l.posts.Len() > 0 && (l.index != nil || l.posts.Len() < snap.List(lang).Len())
}

// newestOf are the n newest posts of a shelf that everyone may see.
func newestOf(l shelf, n int) []blog.Post {
	list := l.posts
	if l.kind == seriesShelf {
		parts := slices.Clone(list.Cut(0, list.Len()))
		slices.SortStableFunc(parts, func(a, b blog.Post) int { return b.Date.Compare(a.Date) })
		return firstPublished(parts, n)
	}
	// At the desk the newest may all be drafts: cut until there are enough.
	var found []blog.Post
	for from := 0; from < list.Len() && len(found) < n; from += n {
		found = append(found, firstPublished(list.Cut(from, min(from+n, list.Len())), n)...)
	}
	return found[:min(n, len(found))]
}

func firstPublished(list []blog.Post, n int) []blog.Post {
	var found []blog.Post
	for _, p := range list {
		if published(p) && len(found) < n {
			found = append(found, p)
		}
	}
	return found
}
