package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"vang/blog"
	"vang/views"
)

const defaultPageSize = 10

// listed answers with the listing of a shelf. An address that an author gave to a post of theirs is the post's.
func (s *Server) listed(find shelfFinder) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		l, ok := find(r)
		if !ok {
			return s.elsewhere(w, r)
		}
		return s.listing(w, r, l)
	}
}

// listing answers with one page of a list. Its bytes depend on the counts of comments that it shows, so these are part of
// its key: a listing costs no rendering while nobody comments on what it lists.
func (s *Server) listing(w http.ResponseWriter, r *http.Request, l shelf) error {
	n, ok := pageNumber(r)
	size := s.pageSize(r.Context())
	pages := max(1, (l.posts.Len()+size-1)/size)
	if !ok || n > pages {
		return blog.E(blog.NotFound, fmt.Errorf("page %d of %d", n, pages))
	}
	lang, first := s.lang(r, ""), (n-1)*size
	shown := l.posts.Cut(first, min(first+size, l.posts.Len()))
	entries, marks, counts := s.entries(r.Context(), shown)
	if l.kind == seriesShelf {
		for i := range entries {
			entries[i].Number = partNumber(entries[i].Post, first+i+1)
		}
	}
	origin := s.siteOrigin(r)
	view := views.Listing{Kind: l.kind, Term: l.term, Entries: entries, Page: n, Pages: pages, Total: l.posts.Len()}
	key := s.pageKey(r, l.kind, lang, l.term.Slug, strconv.Itoa(n), counts)
	return s.sendPublic(w, r, public{key: key, shared: true, marks: marks, make: func(ctx context.Context) (made, error) {
		if err := s.furnish(ctx, &view, l, origin, lang); err != nil {
			return made{}, err
		}
		return s.madePage(ctx, key, listComponent(view))
	}})
}

func (s *Server) pageSize(ctx context.Context) int {
	if size := s.pinned(ctx).Site().PageSize; size > 0 {
		return size
	}
	return defaultPageSize
}

// furnish adds to a listing what stands around its entries.
func (s *Server) furnish(ctx context.Context, view *views.Listing, l shelf, origin string, lang blog.Lang) error {
	page := func(n int) string { return withQuery(s.below(ctx, lang, l.parts...), "page", numberOrNone(n)) }
	view.Frame = s.frame(ctx, origin, lang, page(view.Page), s.translatedList(ctx, l, lang, view.Page))
	w := views.Words(lang)
	view.Heading, view.Title = l.term.Name, l.title(w)
	if up := directories()[l.kind]; up != "" {
		view.Up = blog.MenuItem{Label: views.KindTitle(l.kind, lang), URL: s.below(ctx, lang, up)}
	}
	view.Description = or(l.about(), view.Description)
	view.Feeds = append(s.feedsOf(ctx, lang, l, view.Title+" · "+view.Site), view.Feeds...)
	if view.Page > 1 {
		view.Newer = page(view.Page - 1)
		view.Title = or(view.Title, view.Site) + " · " + views.Fill(w.PageOf, "page", strconv.Itoa(view.Page), "pages", strconv.Itoa(view.Pages))
	}
	if view.Page < view.Pages {
		view.Older = page(view.Page + 1)
	}
	if l.kind == authorShelf {
		a := s.author(ctx, lang, l.person)
		view.Author, view.Me = &a, meOf(l.person)
	} else if l.kind == homeShelf {
		view.Me = meOf(s.pinned(ctx).Site().Author, s.pinned(ctx).Site().Me...)
	}
	s.pictures(ctx, view.Entries)
	view.Linked = s.linkedList(ctx, origin, *view)
	if l.index == nil || view.Page > 1 {
		return nil
	}
	doc, err := s.pinned(ctx).Document(ctx, *l.index)
	if err != nil {
		return fmt.Errorf("render %s: %w", l.index.Source, err)
	}
	view.Intro = &views.Intro{Post: *l.index, Document: doc}
	if begins(doc.HTML, l.index.Summary) {
		view.Intro.Post.Summary = "" // it is the beginning of the text, which follows at once
	}
	return nil
}

// feedsOf are the feeds of a shelf of its own.
func (s *Server) feedsOf(ctx context.Context, lang blog.Lang, l shelf, title string) []views.Feed {
	if l.kind == homeShelf {
		return nil
	}
	var feeds []views.Feed
	for _, k := range feedKinds() {
		feeds = append(feeds, views.Feed{Title: title, Type: k.mime, URL: s.feedPath(ctx, lang, l, k), Own: true})
	}
	return feeds
}

func listComponent(v views.Listing) templ.Component {
	switch v.Kind {
	case homeShelf:
		return views.Home(v)
	case authorShelf:
		return views.AuthorPage(v)
	}
	return views.TermPage(v)
}

// translatedList is the same list in other languages, as far as it is known to exist: every language has a first page of
// its home, an author may have written in several; terms are each language's own.
func (s *Server) translatedList(ctx context.Context, l shelf, lang blog.Lang, page int) map[blog.Lang]string {
	switch {
	case page != 1:
	case l.kind == homeShelf:
		return s.everywhere(ctx)
	case l.kind == authorShelf:
		there := map[blog.Lang]string{}
		for _, other := range languages(s.pinned(ctx)) {
			if _, list := s.pinned(ctx).ByAuthor(other, l.person.Slug); list.Len() > 0 && other != lang {
				there[other] = s.below(ctx, other, l.parts...)
			}
		}
		return there
	}
	return nil
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

// pictures gives each entry the picture that its author chose for it, if it is there.
func (s *Server) pictures(ctx context.Context, entries []views.Entry) {
	for i := range entries {
		entries[i].Picture = s.pictureOf(ctx, entries[i].Post)
	}
}

// pictureOf is a post's picture for lists and shares; its Src is "" for none.
func (s *Server) pictureOf(ctx context.Context, p blog.Post) blog.Picture {
	pic := s.resolvePicture(ctx, p, p.Image)
	pic.Alt = or(p.ImageAlt, pic.Alt)
	return pic
}

// resolvePicture finds the picture that p, or the settings if p is none, names by src.
func (s *Server) resolvePicture(ctx context.Context, p blog.Post, src string) blog.Picture {
	if src == "" {
		return blog.Picture{}
	}
	pic, ok := s.pinned(ctx).PictureOf(p, src)
	switch {
	case !ok:
		return blog.Picture{Src: src}
	case pic.Missing:
		return blog.Picture{}
	}
	return pic
}

func (s *Server) madePage(ctx context.Context, key string, c templ.Component) (made, error) {
	b, err := s.render(ctx, c)
	if err != nil {
		return made{}, err
	}
	return made{key: key, body: s.body(htmlType, b)}, nil
}
