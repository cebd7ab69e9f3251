package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vang/blog"
	"vang/views"
)

// ask is what the address of a post's page asks of its discussion.
type ask struct {
	order  blog.Order
	from   blog.Key
	until  blog.Key
	at     string // the page where this comment stands, which is pointed at
	reply  string // the same, with the form replying to it
	notice string // code of a message
}

// public tells whether everyone gets the same answer.
func (a ask) public() bool { return a.at == "" && a.reply == "" && a.notice == "" }

// askOf reads the query. Strangers write addresses: what is none is said to be malformed, and what became of one's own
// comment is told to nobody without a session.
func (s *Server) askOf(r *http.Request) (ask, error) {
	q := r.URL.Query()
	a := ask{order: blog.Oldest, at: q.Get("at"), reply: q.Get("reply")}
	if q.Get("sort") == string(blog.Newest) {
		a.order = blog.Newest
	}
	_, known := s.visitor(r)
	switch n := q.Get("notice"); n {
	case "held", "deleted", "saved":
		if known {
			a.notice = n
		}
	case "forgotten":
		if !known {
			a.notice = n
		}
	}
	var fromOK, untilOK bool
	a.from, fromOK = blog.ParseKey(q.Get("from"))
	a.until, untilOK = blog.ParseKey(q.Get("until"))
	if !fromOK || !untilOK {
		return ask{}, blog.E(blog.Malformed, fmt.Errorf("window %q to %q", q.Get("from"), q.Get("until")))
	}
	if a.from != "" {
		a.until = ""
	}
	return a, nil
}

func (a ask) query(postID, visitor string) blog.PageQuery {
	q := blog.PageQuery{PostID: postID, Order: a.order, From: a.from, Until: a.until, Visitor: visitor}
	if at := or(a.reply, a.at); at != "" {
		q.At, q.From, q.Until = at, "", ""
	}
	return q
}

// post answers at /blog/{slug}: with the post, or the way to where it now is.
func (s *Server) post(w http.ResponseWriter, r *http.Request) error {
	if p, ok := s.pinned(r.Context()).At(r.URL.Path); ok {
		return s.showPost(w, r, p)
	}
	if p, ok := s.findPost(r.Context(), r.PathValue("slug")); ok {
		return s.moved(w, r, p.Path)
	}
	return s.elsewhere(w, r)
}

// findPost finds a post by its present or a former slug.
func (s *Server) findPost(ctx context.Context, slug string) (blog.Post, bool) {
	snap := s.pinned(ctx)
	if p, ok := snap.Post(slug); ok {
		return p, true
	}
	if to, ok := snap.Redirect("/blog/" + slug); ok {
		return snap.At(to)
	}
	return blog.Post{}, false
}

// withoutSlash leads to the same address without its slash, unless a post has it with one.
func (s *Server) withoutSlash(w http.ResponseWriter, r *http.Request) error {
	if _, ok := s.pinned(r.Context()).At(r.URL.Path); ok {
		return s.elsewhere(w, r)
	}
	if p, ok := s.findPost(r.Context(), r.PathValue("slug")); ok {
		return s.moved(w, r, p.Path)
	}
	return s.elsewhere(w, r)
}

// moved leads to an address for good, but asks to be asked again: an author may take it back.
func (s *Server) moved(w http.ResponseWriter, r *http.Request, path string) error {
	if u, err := url.Parse(path); err == nil && u.Host == "" && r.URL.RawQuery != "" && u.RawQuery == "" {
		u.RawQuery = r.URL.RawQuery
		path = u.String()
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, path, http.StatusMovedPermanently)
	return nil
}

// elsewhere answers at addresses that authors chose: pages, permalinks, and those that their posts once had.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) error {
	snap := s.pinned(r.Context())
	for _, path := range []string{r.URL.Path, r.URL.EscapedPath()} {
		if lang, folder, ok := snap.SectionAt(path); ok && strings.HasSuffix(path, "/") {
			if l, found := s.sectionOf(r.Context(), lang, folder); found {
				return s.listing(w, r, l)
			}
		}
		if p, ok := snap.At(path); ok {
			return s.showPost(w, r, p)
		}
		if to, ok := snap.Redirect(path); ok {
			return s.moved(w, r, to)
		}
	}
	if ok, err := s.section(w, r); ok {
		return err
	}
	if s.isFile(r) {
		return blog.E(blog.NotFound, nil) // where files are looked for, see authored
	}
	if to, ok := s.otherSlash(r); ok {
		return s.moved(w, r, to)
	}
	if to, ok := s.former(r); ok {
		return s.moved(w, r, to)
	}
	return blog.E(blog.NotFound, nil)
}

// otherSlash is the same address with or without a slash at its end, if there is something.
func (s *Server) otherSlash(r *http.Request) (string, bool) {
	other := r.URL.EscapedPath() + "/"
	if n := len(other) - 2; n > 0 && other[n] == '/' {
		other = other[:n]
	}
	if _, ok := s.pinned(r.Context()).At(other); ok {
		return other, true
	}
	if strings.HasPrefix(other, "/blog/") { // its route answers for any slug, also for one that nothing has
		return "", false
	}
	q := r.Clone(r.Context())
	path, err := url.PathUnescape(other)
	if err != nil {
		return "", false
	}
	q.URL.Path, q.URL.RawPath = path, ""
	return other, s.isRouted(q)
}

// nothing answers where no route is: with the methods that there are, or that nothing is there.
func (s *Server) nothing(w http.ResponseWriter, r *http.Request) error {
	allowed := s.methods(r)
	if allowed == "" {
		return blog.E(blog.NotFound, nil)
	}
	w.Header().Set("Allow", allowed)
	return blog.E(blog.MethodNotAllowed, nil)
}

// methods are those that the request's address takes, for the Allow header.
func (s *Server) methods(r *http.Request) string {
	var allowed []string
	for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		q := r.Clone(r.Context())
		q.Method = m
		_, authored := s.pinned(r.Context()).At(r.URL.Path)
		if reads := m == "GET" || m == "HEAD"; s.isRouted(q) || authored && reads {
			allowed = append(allowed, m)
		}
	}
	return strings.Join(allowed, ", ")
}

// isRouted tells whether a route of its own answers the request, not the one that looks for authors' addresses.
func (s *Server) isRouted(r *http.Request) bool {
	_, pattern := s.mux.Handler(r)
	if pattern != catchAll {
		return pattern != "" && pattern != "/" && pattern != slashed
	}
	_, pattern = s.rest.Handler(r)
	return strings.HasPrefix(pattern, "GET /{lang}/") && s.isLanguage(r.Context(), firstPart(r.URL.Path))
}

// showPost answers with a post or page: the shared bytes, or those for one reader.
func (s *Server) showPost(w http.ResponseWriter, r *http.Request, p blog.Post) error {
	a, err := s.askOf(r)
	if err != nil {
		return err
	}
	postID, discussed := s.discussionOf(p)
	if !discussed {
		return s.showPage(w, r, p)
	}
	if _, known := s.visitor(r); known || !a.public() {
		return s.showOwn(w, r, p, postID, a)
	}
	return s.showShared(w, r, p, postID, a)
}

// discussionOf is the id of a post's discussion, if it has one.
func (s *Server) discussionOf(p blog.Post) (postID string, ok bool) {
	if p.Page || !p.Comments {
		return "", false
	}
	return s.deps.PostIDs(p.Slug)
}

// showPage answers with what has no discussion.
func (s *Server) showPage(w http.ResponseWriter, r *http.Request, p blog.Post) error {
	origin, key := s.siteOrigin(r), s.pageKey(r, "page", p.Path)
	var marks []mark
	if p.Comments && !p.Page { // its discussion is not known yet
		marks = []mark{{slug: p.Slug}}
	}
	return s.sendPublic(w, r, public{key: key, shared: true, marks: marks, make: func(ctx context.Context) (made, error) {
		page, err := s.postPage(ctx, origin, p)
		if err != nil {
			return made{}, err
		}
		page.Linked = s.linkedPost(ctx, origin, page)
		if p.Page {
			return s.madePage(ctx, key, views.StaticPage(page))
		}
		return s.madePage(ctx, key, views.Article(page))
	}})
}

// showShared answers with the bytes that every reader without a session gets.
func (s *Server) showShared(w http.ResponseWriter, r *http.Request, p blog.Post, postID string, a ask) error {
	origin, head := s.siteOrigin(r), s.headOf(r.Context(), postID)
	return s.sendPublic(w, r, public{
		key: s.discussionKey(r, "post", p, a, head), shared: true, marks: []mark{{slug: p.Slug, head: head}},
		make: func(ctx context.Context) (made, error) {
			page, err := s.postPage(ctx, origin, p)
			if err != nil {
				return made{}, err
			}
			d, head, err := s.discussion(ctx, p, a, a.query(postID, ""), "")
			if err != nil {
				return made{}, err
			}
			page.Discussion = d
			page.Linked = s.linkedPost(ctx, origin, page)
			m, err := s.madePage(ctx, s.discussionKey(r, "post", p, a, head), views.Article(page))
			if head.PostID == "" {
				m.key = "" // the database did not answer: the next reader tries again
			}
			return m, err
		},
	})
}

// headOf is where a discussion stands: freshly looked at, or as it was last seen if the database does not answer.
func (s *Server) headOf(ctx context.Context, postID string) blog.Head {
	known, err := s.heads.get(ctx, postID)
	if err != nil {
		s.deps.Log.WarnContext(ctx, "head not read", "request_id", requestID(ctx), "error", err)
	}
	return known[postID]
}

// discussionKey names a page of a discussion at one point of its history.
func (s *Server) discussionKey(r *http.Request, kind string, p blog.Post, a ask, head blog.Head) string {
	return s.pageKey(r, kind, p.Slug, head.Epoch, strconv.FormatInt(head.Rev, 10), string(a.order), string(a.from), string(a.until))
}

// showOwn answers with what one reader gets: from the database, never cached.
func (s *Server) showOwn(w http.ResponseWriter, r *http.Request, p blog.Post, postID string, a ask) error {
	page, err := s.postPage(r.Context(), s.siteOrigin(r), p)
	if err != nil {
		return err
	}
	d, status, err := s.ownDiscussion(r, p, postID, a)
	if err != nil {
		return err
	}
	if d.Cursor == foreignCursor {
		if b, ok := s.lastShared(r, p, postID, a); ok {
			w.Header().Set("Cache-Control", privateCache)
			return b.send(w, r, http.StatusOK)
		}
	}
	page.Discussion = d
	page.NoIndex = !a.public()
	return s.sendPrivate(w, r, status, views.Article(page))
}

// lastShared is everyone's page as it was last seen: to a reader of whose own nothing can be read, it is better than none.
func (s *Server) lastShared(r *http.Request, p blog.Post, postID string, a ask) (*body, bool) {
	if !a.public() {
		return nil, false
	}
	return s.cacheOf(r).get(s.discussionKey(r, "post", p, a, s.heads.known([]string{postID})[postID]))
}
