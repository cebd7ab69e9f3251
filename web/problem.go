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
	b, err := s.errorBytes(ctx, r, g, e)
	if err != nil {
		s.logError(r, err)
		http.Error(w, titleOf(e.Kind), statusOf(e.Kind))
		return
	}
	_ = newBody(htmlType, b).send(w, r, statusOf(e.Kind))
}

func (s *Server) errorBytes(ctx context.Context, r *http.Request, g group, e *blog.Error) ([]byte, error) {
	slug := r.PathValue("slug")
	lang := s.lang(r, slug)
	// Our script keeps the form that it has when a page comes instead of a form.
	if htmx(r) && r.Method == http.MethodPost && r.PathValue("id") == "" && sent(r).Body != "" {
		p, ok := s.findPost(ctx, slug)
		if !ok {
			p = blog.Post{Slug: slug, Lang: lang}
		}
		return s.render(ctx, views.CommentForm(s.refusedForm(r, p, sent(r), e)))
	}
	page := views.ErrorPage{Frame: s.frame(ctx, s.errorOrigin(r), lang, "", nil), Status: statusOf(e.Kind), Problem: *problemOf(ctx, e)}
	page.Title = views.Words(lang).Problem(e.Kind).Title
	page.NoIndex = true
	if e.Kind == blog.NotFound || e.Kind == blog.Gone {
		for i, p := range s.pinned(ctx).Posts(lang) {
			if i == latestShown {
				break
			}
			page.Latest = append(page.Latest, views.Entry{Post: p})
		}
	}
	return s.render(ctx, views.ErrorView(page))
}

// errorOrigin never repeats a host that was refused.
func (s *Server) errorOrigin(r *http.Request) string {
	if s.base == "" && !wellShapedHost(r.Host) {
		return ""
	}
	return s.siteOrigin(r)
}
