package web

import (
	"context"
	"net/http"

	"vang/blog"
	"vang/views"
)

// problemOf is what a reader is told of an error: its kind, never its words.
func problemOf(ctx context.Context, err error) *views.Problem {
	e := explain(err)
	p := &views.Problem{Kind: e.Kind, RetryAfter: e.RetryAfter}
	if statusOf(e.Kind) >= http.StatusInternalServerError {
		p.RequestID = requestID(ctx)
	}
	return p
}

// latestShown is how many posts an error page offers as a way on.
const latestShown = 5

// tell answers with an error: a problem document for programs, a form fragment for our script, a page for readers.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, g group, e *blog.Error) {
	if a, ok := w.(*answer); ok && a.status != 0 {
		return // too late
	}
	h := w.Header()
	for _, k := range []string{"ETag", "X-Accel-Expires", "Content-Encoding", "Content-Length", "HX-Trigger", "Set-Cookie", "Last-Modified"} {
		h.Del(k)
	}
	h.Set("Cache-Control", privateCache)
	secure(h)
	retryAfter(h, e.RetryAfter)
	if g.api {
		s.writeProblem(w, r, e)
		return
	}
	ctx := context.WithoutCancel(r.Context()) // the time for the page may be over, the time to say so is not
	b, err := s.errorBytes(ctx, r, e)
	if err != nil {
		s.logError(r, err)
		http.Error(w, titleOf(e.Kind), statusOf(e.Kind))
		return
	}
	_ = s.body(htmlType, b).send(w, r, statusOf(e.Kind))
}

func (s *Server) errorBytes(ctx context.Context, r *http.Request, e *blog.Error) ([]byte, error) {
	// Our script keeps the form that it has when a page comes instead of a form.
	if htmx(r) && r.Method == http.MethodPost && r.PathValue("id") == "" && sent(r).Body != "" {
		slug := r.PathValue("slug")
		p, ok := s.findPost(ctx, slug)
		if !ok {
			p = blog.Post{Slug: slug, Lang: s.errorLang(r)}
		}
		return s.render(ctx, views.CommentForm(s.refusedForm(r, p, sent(r), e)))
	}
	return s.render(ctx, views.ErrorView(s.errorPage(ctx, r, e)))
}

func (s *Server) errorPage(ctx context.Context, r *http.Request, e *blog.Error) views.ErrorPage {
	lang := s.errorLang(r)
	listed := lang
	if !s.isLanguage(ctx, lang) {
		listed = s.pinned(ctx).Site().Lang // the page's links must lead somewhere
	}
	page := views.ErrorPage{Frame: s.frame(ctx, s.errorOrigin(r), listed, "", nil), Status: statusOf(e.Kind), Problem: *problemOf(ctx, e)}
	page.Lang, page.Title, page.NoIndex = lang, views.Words(lang).Problem(e.Kind).Title, true
	if e.Kind == blog.NotFound || e.Kind == blog.Gone {
		for i, p := range s.pinned(ctx).Posts(listed) {
			if i == latestShown {
				break
			}
			page.Latest = append(page.Latest, views.Entry{Post: p})
		}
	}
	if slug := r.PathValue("slug"); r.Method == http.MethodPost && slug != "" {
		s.keepText(ctx, r, &page, slug)
	}
	return page
}

// errorLang is the language of the words about an error: the one that the address begins with, also where the site has
// nothing in it, else that of the post.
func (s *Server) errorLang(r *http.Request) blog.Lang {
	switch l := firstPart(r.URL.Path); l {
	case blog.English, blog.Vietnamese:
		return l
	}
	return s.lang(r, r.PathValue("slug"))
}

// keepText gives back the text that came with a form, or says where it still is if it could not be read.
func (s *Server) keepText(ctx context.Context, r *http.Request, page *views.ErrorPage, slug string) {
	kind := page.Problem.Kind
	page.Sent = showable(sent(r).Body)
	switch kind {
	case blog.PayloadTooLarge, blog.TooSlow, blog.Malformed, blog.UnsupportedMediaType:
		page.Unread = page.Sent == ""
	}
	p, ok := s.findPost(ctx, slug)
	if !ok {
		return
	}
	page.Back, page.BackTo = p.Path, p.Title
	if id := r.PathValue("id"); id != "" && kind != blog.NotFound && kind != blog.Gone {
		page.Back = commentPath(p, id, "")
	}
}

// errorOrigin never repeats a host that was refused.
func (s *Server) errorOrigin(r *http.Request) string {
	if s.base == "" && !wellShapedHost(r.Host) {
		return ""
	}
	return s.siteOrigin(r)
}
