package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"vang/blog"
	"vang/posts"
	"vang/views"
)

const defaultPageSize = 10

// shelf is a listing before its page is cut out.
type shelf struct {
	kind  string // "home", "category", "tag"
	term  blog.Term
	posts posts.List
	parts []string // of its address below the language's
}

// home lists a language's posts.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	return s.listing(w, r, shelf{kind: "home", posts: s.pinned(r.Context()).List(s.lang(r, ""))})
}

func (s *Server) category(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	term, found := s.pinned(r.Context()).ByCategory(s.lang(r, ""), slug)
	return s.listing(w, r, shelf{kind: "category", term: term, posts: found, parts: []string{"category", slug}})
}

func (s *Server) tag(w http.ResponseWriter, r *http.Request) error {
	slug := r.PathValue("slug")
	term, found := s.pinned(r.Context()).ByTag(s.lang(r, ""), slug)
	return s.listing(w, r, shelf{kind: "tag", term: term, posts: found, parts: []string{"tag", slug}})
}

// listing answers with one page of a list. Its bytes depend on the counts of comments that it shows, so these are part of
// its key: a listing costs no rendering while nobody comments on what it lists.
func (s *Server) listing(w http.ResponseWriter, r *http.Request, l shelf) error {
	n, ok := pageNumber(r)
	size := s.pinned(r.Context()).Site().PageSize
	if size <= 0 {
		size = defaultPageSize
	}
	pages := max(1, (l.posts.Len()+size-1)/size)
	if !ok || n > pages || (l.kind != "home" && l.posts.Len() == 0) {
		return blog.E(blog.NotFound, fmt.Errorf("page %d of %d", n, pages))
	}
	lang := s.lang(r, "")
	shown := l.posts.Cut((n-1)*size, min(n*size, l.posts.Len()))
	entries, marks, counts := s.entries(r.Context(), shown)
	page := func(n int) string { return withQuery(s.below(r.Context(), lang, l.parts...), "page", numberOrNone(n)) }
	origin := s.siteOrigin(r)
	view := views.Listing{Kind: l.kind, Term: l.term, Entries: entries, Page: n, Pages: pages}
	if n > 1 {
		view.Newer = page(n - 1)
	}
	if n < pages {
		view.Older = page(n + 1)
	}
	key := s.pageKey(r, l.kind, lang, l.term.Slug, strconv.Itoa(n), counts)
	return s.sendPublic(w, r, public{key: key, shared: true, marks: marks, make: func(ctx context.Context) (made, error) {
		view.Frame = s.frame(ctx, origin, lang, page(n), s.translatedList(ctx, l, n))
		view.Title = l.term.Name
		return s.madePage(ctx, key, listComponent(view))
	}})
}

func listComponent(v views.Listing) templ.Component {
	if v.Kind == "home" {
		return views.Home(v)
	}
	return views.TermPage(v)
}

// translatedList is the same list in other languages, as far as it is known to exist: every language has a first page of
// its home; terms are each language's own.
func (s *Server) translatedList(ctx context.Context, l shelf, page int) map[blog.Lang]string {
	if l.kind != "home" || page != 1 {
		return nil
	}
	return s.everywhere(ctx)
}

// numberOrNone leaves the first page's number out of its address.
func numberOrNone(n int) string {
	if n <= 1 {
		return ""
	}
	return strconv.Itoa(n)
}

// entries are posts with their counts of comments, the marks of these, and the counts as a part of a key. Counts that cannot be
// read are left out: a listing must not fail for them.
func (s *Server) entries(ctx context.Context, list []blog.Post) (_ []views.Entry, marks []mark, counts string) {
	ids := make([]string, 0, len(list))
	idOf := make(map[string]string, len(list))
	for _, p := range list {
		if id, ok := s.deps.PostIDs(p.Slug); ok && p.Comments {
			ids = append(ids, id)
			idOf[p.Slug] = id
		}
	}
	known, err := s.heads.get(ctx, ids...)
	if err != nil {
		s.deps.Log.WarnContext(ctx, "counts of comments not read", "request_id", requestID(ctx), "error", err)
	}
	entries := make([]views.Entry, len(list))
	for i, p := range list {
		if p.Comments {
			marks = append(marks, mark{slug: p.Slug, head: known[idOf[p.Slug]]})
		}
		entries[i] = views.Entry{Post: p, Comments: known[idOf[p.Slug]].Count}
		counts += strconv.FormatInt(entries[i].Comments, 10) + ","
	}
	return entries, marks, counts
}

// archive lists all posts by year, or one year's.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) error {
	lang, year := s.lang(r, ""), r.PathValue("year")
	n, err := strconv.Atoi(year)
	if year != "" && (err != nil || strconv.Itoa(n) != year) {
		return blog.E(blog.NotFound, err)
	}
	years := s.years(r.Context(), lang, n)
	if len(years) == 0 && year != "" {
		return blog.E(blog.NotFound, nil)
	}
	origin, key := s.siteOrigin(r), s.pageKey(r, "archive", lang, year)
	return s.sendPublic(w, r, public{key: key, shared: true, make: func(ctx context.Context) (made, error) {
		view := views.Archive{Years: years}
		if year == "" {
			view.Frame = s.frame(ctx, origin, lang, s.below(ctx, lang, "archive"), s.everywhere(ctx, "archive"))
			view.Terms = s.terms(ctx, lang, "category")
			view.Tags = s.terms(ctx, lang, "tag")
		} else {
			view.Frame = s.frame(ctx, origin, lang, s.below(ctx, lang, "archive", year), nil)
		}
		view.Title = views.Words(lang).Archive
		if year != "" {
			view.Title = year
		}
		return s.madePage(ctx, key, views.ArchivePage(view))
	}})
}

// years are the posts of a language by year; only one year's if it is not 0. The archive shows no counts: they would have
// it read every head that there is.
func (s *Server) years(ctx context.Context, lang blog.Lang, only int) []views.Year {
	var years []views.Year
	for _, y := range s.pinned(ctx).Years(lang) {
		if only != 0 && y.Year != only {
			continue
		}
		v := views.Year{Year: y.Year}
		if y.Year != 0 {
			v.URL = s.below(ctx, lang, "archive", strconv.Itoa(y.Year))
		}
		for _, p := range y.Posts {
			v.Entries = append(v.Entries, views.Entry{Post: p})
		}
		years = append(years, v)
	}
	return years
}

// terms are a language's categories or tags with their addresses.
func (s *Server) terms(ctx context.Context, lang blog.Lang, kind string) []views.TermCount {
	counts := s.pinned(ctx).Categories(lang)
	if kind == "tag" {
		counts = s.pinned(ctx).Tags(lang)
	}
	terms := make([]views.TermCount, 0, len(counts))
	for _, c := range counts {
		terms = append(terms, views.TermCount{Term: c.Term, URL: s.below(ctx, lang, kind, c.Term.Slug), Posts: c.Posts})
	}
	return terms
}

// inLanguage is h below a language; what names none is elsewhere.
func (s *Server) inLanguage(h func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !s.isLanguage(r.Context(), r.PathValue("lang")) {
			return s.elsewhere(w, r)
		}
		return h(w, r)
	}
}

func (s *Server) madePage(ctx context.Context, key string, c templ.Component) (made, error) {
	b, err := s.render(ctx, c)
	if err != nil {
		return made{}, err
	}
	return made{key: key, body: s.body(htmlType, b)}, nil
}
