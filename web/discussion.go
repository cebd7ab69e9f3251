package web

import (
	"context"
	"errors"
	"net/http"

	"vang/blog"
	"vang/views"
)

// foreignCursor is no point of any history: a page that has it loads its list anew as soon as there is a live connection.
const foreignCursor = "0.0"

// discussion reads and views one page of a discussion for visitor ("" for everyone). If the database does not answer, the
// discussion says so instead of taking the post with it; the head is then zero.
func (s *Server) discussion(ctx context.Context, p blog.Post, a ask, q blog.PageQuery, visitor string) (*views.Discussion, blog.Head, error) {
	page, err := s.readPage(ctx, q)
	switch {
	case blog.KindOf(err) == blog.NotFound:
		return nil, blog.Head{}, err
	case err != nil:
		s.deps.Log.ErrorContext(ctx, "discussion not read", "request_id", requestID(ctx), "error", err)
		d := s.bareDiscussion(p, a)
		d.Form.Problem = problemOf(ctx, err)
		return d, blog.Head{}, nil
	}
	return s.viewDiscussion(p, page, visitor), page.Head, nil
}

// bareDiscussion is one without comments.
func (s *Server) bareDiscussion(p blog.Post, a ask) *views.Discussion {
	return &views.Discussion{
		Lang: p.Lang, Slug: p.Slug, Live: withQuery(livePath, "post", p.Slug, "text", s.textMark(p)), Cursor: foreignCursor, Order: a.order,
		List: listPath(p.Slug, a.order, a.from), Form: s.blankForm(p),
		Oldest: p.Path + "#comments", Newest: withQuery(p.Path, "sort", "newest") + "#comments",
	}
}

func (s *Server) viewDiscussion(p blog.Post, page blog.Page, visitor string) *views.Discussion {
	d := s.bareDiscussion(p, ask{order: page.Order, from: page.From})
	d.Cursor, d.Total, d.ReadOnly = page.Head.Cursor().String(), page.Head.Count, page.Head.ReadOnly
	d.From, d.Until = page.From, page.Until
	d.Form.ReadOnly = page.Head.ReadOnly
	for _, c := range page.Comments {
		d.Comments = append(d.Comments, s.commentView(p, c, visitor))
	}
	if page.From != "" {
		d.Previous = windowPath(p, page.Order, "until", page.From)
	}
	if page.Until != "" {
		d.Next = windowPath(p, page.Order, "from", page.Until)
	}
	return d
}

// windowPath is a neighbouring page of a discussion.
func windowPath(p blog.Post, o blog.Order, bound string, k blog.Key) string {
	return withQuery(p.Path, "sort", orderOrNone(o), bound, string(k)) + "#comments"
}

// listPath answers with the list that a page shows, for the script that loads it anew.
func listPath(slug string, o blog.Order, from blog.Key) string {
	return withQuery(discussionPath(slug), "sort", orderOrNone(o), "from", string(from))
}

func orderOrNone(o blog.Order) string {
	if o == blog.Newest {
		return string(o)
	}
	return ""
}

// blankForm is the form of shared pages.
func (s *Server) blankForm(p blog.Post) views.Form {
	return views.Form{Lang: p.Lang, Slug: p.Slug, Action: discussionPath(p.Slug), Forget: forgetPath}
}

// knownForm is the form of a reader whose name is remembered, or would be if the session store answered.
func (s *Server) knownForm(r *http.Request, p blog.Post) views.Form {
	f := s.blankForm(p)
	switch v := visitOf(r.Context()); {
	case v.session == nil:
	case v.away:
		f.Away = true
	default:
		f.Name, f.URL, f.Known = v.session.name, v.session.url, true
	}
	return f
}

// ownDiscussion is a discussion as the request's reader sees it, at the comment that the address points at. A comment that
// is not there any more leaves its reader at the discussion, with a word and the status of a thing not found.
func (s *Server) ownDiscussion(r *http.Request, p blog.Post, postID string, a ask) (*views.Discussion, int, error) {
	ctx := r.Context()
	visitor, _ := s.visitor(r)
	status := http.StatusOK
	d, _, err := s.discussion(ctx, p, a, a.query(postID, visitor), visitor)
	if blog.KindOf(err) == blog.NotFound && (a.at != "" || a.reply != "") {
		status, a = s.missing(ctx, postID, a)
		d, _, err = s.discussion(ctx, p, a, a.query(postID, visitor), visitor)
	}
	if err != nil {
		return nil, 0, err
	}
	problem, readOnly := d.Form.Problem, d.Form.ReadOnly
	d.Form = s.knownForm(r, p)
	d.Form.Problem, d.Form.ReadOnly = problem, readOnly
	d.Notice, d.Target = a.notice, a.at
	if a.reply != "" {
		s.replyTo(p, d, a.reply)
	}
	return d, status, nil
}

// missing says what to show instead of a comment that the reader may not see.
func (s *Server) missing(ctx context.Context, postID string, a ask) (int, ask) {
	c, err := s.deps.Reader.Comment(ctx, or(a.reply, a.at))
	plain := ask{order: a.order, notice: "missing"}
	if err == nil && c.PostID == postID && c.State == blog.Pending {
		// The writer of a held comment whose browser keeps no cookies comes here after sending it.
		plain.notice = "held"
		return http.StatusOK, plain
	}
	return http.StatusNotFound, plain
}

// replyTo makes the form a reply to one of the comments shown.
func (s *Server) replyTo(p blog.Post, d *views.Discussion, id string) {
	for _, c := range d.Comments {
		if c.ID == id && c.State == blog.Published {
			d.Form.ParentID, d.Form.Parent, d.Target = id, c.Name, id
			d.Form.Cancel = commentPath(p, id, "")
			return
		}
	}
	d.Form.Errors = []blog.FieldError{{Field: "parent", Code: "deleted"}}
}

// commentList answers our script with the list of one page, and a browser with the way to the post.
func (s *Server) commentList(w http.ResponseWriter, r *http.Request) error {
	p, postID, err := s.discussed(r)
	if err != nil {
		return err
	}
	a, err := s.askOf(r)
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "HX-Request")
	if !htmx(r) {
		w.Header().Set("Cache-Control", "no-cache")
		http.Redirect(w, r, withQuery(p.Path, "sort", orderOrNone(a.order), "from", string(a.from), "until", string(a.until))+"#comments",
			http.StatusSeeOther)
		return nil
	}
	if _, known := s.visitor(r); known || !a.public() {
		d, status, err := s.ownDiscussion(r, p, postID, a)
		if err == nil && d.Cursor == foreignCursor {
			err = blog.E(blog.Unavailable, errors.New("list not read"))
		}
		if err != nil {
			return err
		}
		return s.sendPrivate(w, r, status, views.CommentList(*d))
	}
	return s.sharedList(w, r, p, postID, a)
}

// sharedList is for all those whom one frame told to load the list anew: they come in a crowd.
func (s *Server) sharedList(w http.ResponseWriter, r *http.Request, p blog.Post, postID string, a ask) error {
	return s.sendPublic(w, r, public{
		key: s.discussionKey(r, "list", p, a, s.headOf(r.Context(), postID)),
		make: func(ctx context.Context) (made, error) {
			d, head, err := s.discussion(ctx, p, a, a.query(postID, ""), "")
			if err != nil {
				return made{}, err
			}
			if head.PostID == "" { // an empty list would take away what the reader has
				return made{}, blog.E(blog.Unavailable, errors.New("list not read"))
			}
			return s.madePage(ctx, s.discussionKey(r, "list", p, a, head), views.CommentList(*d))
		},
	})
}
