package web

import (
	"fmt"
	"net/http"
	"strconv"

	"vang/blog"
	"vang/views"
)

// mineToChange finds the comment that the address names, and refuses who may not change it. The store checks it again, by
// its own clock.
func (s *Server) mineToChange(r *http.Request) (p blog.Post, c blog.Comment, err error) {
	p, postID, err := s.discussed(r)
	if err != nil {
		return p, c, err
	}
	c, err = s.deps.Reader.Comment(r.Context(), r.PathValue("id"))
	if err != nil {
		return p, c, fmt.Errorf("comment to change: %w", err)
	}
	visitor, ok := s.visitor(r)
	switch {
	case c.PostID != postID:
		return p, c, blog.E(blog.NotFound, nil)
	case !ok || c.Visitor != visitor:
		return p, c, blog.E(blog.Forbidden, nil)
	case c.State == blog.Deleted:
		return p, c, blog.E(blog.Gone, nil)
	case !s.deps.Now().Before(c.EditableUntil()):
		return p, c, blog.E(blog.EditWindowClosed, nil)
	}
	return p, c, nil
}

// mineToEdit is mineToChange for a text. What a moderator took away its writer may still erase, but not write anew.
func (s *Server) mineToEdit(r *http.Request) (blog.Post, blog.Comment, error) {
	p, c, err := s.mineToChange(r)
	if err == nil && !sees(c, c.Visitor) {
		err = blog.E(blog.Gone, nil)
	}
	return p, c, err
}

// allowChange spends one change of the visitor's and of the address' allowance: as many as they have comments, and apart
// from those.
func (s *Server) allowChange(r *http.Request, visitor string) error {
	keys := allowances(visitor, s.clientAddr(r))
	for i := range keys {
		keys[i] = "change:" + keys[i]
	}
	return s.spend(r.Context(), keys)
}

func changePath(slug, id, verb string) string { return discussionPath(slug) + "/" + id + "/" + verb }

// editForm answers with the form that changes a comment.
func (s *Server) editForm(w http.ResponseWriter, r *http.Request) error {
	p, c, err := s.mineToEdit(r)
	if err != nil {
		return err
	}
	return s.sendEditForm(w, r, p, c, http.StatusOK, func(*views.EditPage) {})
}

func (s *Server) sendEditForm(w http.ResponseWriter, r *http.Request, p blog.Post, c blog.Comment, status int, fill func(*views.EditPage)) error {
	e := views.EditPage{
		Frame: s.frame(r.Context(), s.siteOrigin(r), p.Lang, "", nil), Post: p, Comment: s.commentView(p, c, c.Visitor),
		Action: changePath(p.Slug, c.ID, "edit"), Cancel: commentPath(p, c.ID, ""), Body: c.Body, Version: c.Edits,
	}
	e.Title, e.NoIndex = p.Title, true
	fill(&e)
	if htmx(r) {
		return s.sendPrivate(w, r, status, views.EditForm(e))
	}
	return s.sendPrivate(w, r, status, views.EditPageView(e))
}

// editComment takes the new text. Whoever saved meanwhile is told of: the form comes back with the text and the version
// that it would now replace.
func (s *Server) editComment(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	p, c, err := s.mineToEdit(r)
	if err != nil {
		return s.refuseChange(w, r, p, c, err)
	}
	body := r.PostForm.Get("body")
	if _, faults := blog.CleanBody(body); len(faults) == 0 { // what will be refused anyway costs no allowance
		if err := s.allowChange(r, c.Visitor); err != nil {
			return s.refuseChange(w, r, p, c, err)
		}
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil || version < 0 {
		version = blog.AnyVersion
	}
	changed, err := s.deps.Discussion.Edit(r.Context(), c.Visitor, c.ID, version, body)
	if err != nil {
		return s.refuseChange(w, r, p, c, err)
	}
	return s.changed(w, done(r), p, changed, "saved")
}

// refuseChange answers that a text was not saved: with the form as it was sent, as long as the comment is one of those that
// the asker may read.
func (s *Server) refuseChange(w http.ResponseWriter, r *http.Request, p blog.Post, c blog.Comment, err error) error {
	visitor, _ := s.visitor(r)
	if id, ok := s.discussionOf(p); !ok || c.PostID != id || !sees(c, visitor) {
		return err
	}
	s.logError(r, err)
	e := explain(err)
	retryAfter(w.Header(), e.RetryAfter)
	return s.sendEditForm(w, r, p, c, statusOf(e.Kind), func(page *views.EditPage) {
		page.Body, page.Errors = showable(r.PostForm.Get("body")), e.Fields
		if e.Kind != blog.Validation {
			page.Problem = problemOf(r.Context(), e)
		}
	})
}

// changed answers with the comment as it now is.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, p blog.Post, c blog.Comment, notice string) error {
	if htmx(r) {
		return s.sendPrivate(w, r, http.StatusOK, views.EditedAnswer(views.Posted{
			Lang: p.Lang, Comment: s.commentView(p, c, c.Visitor), Notice: notice,
		}))
	}
	to := commentPath(p, c.ID, notice)
	if !c.Shown && c.State == blog.Deleted { // nothing stands there now: back to what it answered, else to the discussion
		to = withQuery(p.Path, "notice", notice) + "#comments"
		if c.ParentID != "" {
			to = commentPath(p, c.ParentID, notice)
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// deleteForm asks before a comment is deleted.
func (s *Server) deleteForm(w http.ResponseWriter, r *http.Request) error {
	p, c, err := s.mineToChange(r)
	if err != nil {
		return err
	}
	d := views.DeletePage{
		Frame: s.frame(r.Context(), s.siteOrigin(r), p.Lang, "", nil), Post: p, Comment: s.commentView(p, c, c.Visitor),
		Action: changePath(p.Slug, c.ID, "delete"), Cancel: commentPath(p, c.ID, ""),
	}
	d.Title, d.NoIndex = p.Title, true
	return s.sendPrivate(w, r, http.StatusOK, views.DeletePageView(d))
}

// deleteComment erases it. Sent twice, it says the same twice.
func (s *Server) deleteComment(w http.ResponseWriter, r *http.Request) error {
	p, c, err := s.mineToChange(r)
	if blog.KindOf(err) == blog.Gone {
		return s.changed(w, r, p, c, "deleted")
	}
	if err == nil {
		err = s.allowChange(r, c.Visitor)
	}
	if err != nil {
		return err
	}
	gone, err := s.deps.Discussion.Delete(r.Context(), c.Visitor, c.ID, blog.AnyVersion)
	if err != nil {
		return err
	}
	return s.changed(w, done(r), p, gone, "deleted")
}
