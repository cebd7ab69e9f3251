package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"strings"
	"unicode"

	"vang/blog"
	"vang/views"
)

// draft is a form as it was sent.
type draft struct {
	blog.Submission
	key string // idempotency key that the client made; "" for none
}

// discussed is the post whose discussion the address names, by a present or former slug.
func (s *Server) discussed(r *http.Request) (blog.Post, string, error) {
	p, ok := s.findPost(r.Context(), r.PathValue("slug"))
	if !ok {
		return blog.Post{}, "", blog.E(blog.NotFound, nil)
	}
	postID, ok := s.discussionOf(p)
	if !ok && p.Comments && !p.Page {
		return p, "", blog.E(blog.Unavailable, fmt.Errorf("%s has no discussion yet", p.Slug))
	}
	if !ok {
		return p, "", blog.E(blog.ReadOnly, nil)
	}
	return p, postID, nil
}

// createComment takes a form: from a browser, or from our script in its place.
func (s *Server) createComment(w http.ResponseWriter, r *http.Request) error {
	d, unread := readDraft(r) // first: what was sent is given back whatever else is wrong
	p, postID, err := s.discussed(r)
	if err != nil {
		return err
	}
	if unread != nil && d == (draft{}) {
		return unread // an empty form must not take the place of the one that holds the text
	}
	if unread != nil {
		return s.refuse(w, r, p, postID, d, unread)
	}
	d.PostID = postID
	writer := s.writer(r)
	added, err := s.accept(r, writer, d, true)
	if err != nil {
		return s.refuse(w, r, p, postID, d, err)
	}
	r = done(r)
	visitor, first := s.welcome(w, r, writer, d, added)
	if !htmx(r) {
		notice := ""
		if added.Comment.State == blog.Pending {
			notice = "held"
		}
		http.Redirect(w, r, commentPath(p, added.Comment.ID, notice), http.StatusSeeOther)
		return nil
	}
	if first {
		w.Header().Set("HX-Trigger", "vang:session") // the page's socket reopens as this visitor's
	}
	return s.posted(w, r, p, added.Comment, visitor)
}

// done is r without its time: what was carried out is answered so, also if the time was over meanwhile.
func done(r *http.Request) *http.Request { return r.WithContext(context.WithoutCancel(r.Context())) }

// accept spends the writer's allowance and has the domain take the comment. What is refused anyway costs none, nor what is
// here already: whoever lost the answer gets it again, also at the limit.
func (s *Server) accept(r *http.Request, writer blog.Writer, d draft, dedupe bool) (blog.Added, error) {
	tried := d.Submission
	if faults := tried.Normalise(); len(faults) > 0 {
		return blog.Added{}, &blog.Error{Kind: blog.Validation, Fields: faults}
	}
	ctx, key := r.Context(), cmp.Or(d.key, proxyKey(r))
	known, _ := s.visitor(r)
	if limited := s.allow(ctx, known, s.clientAddr(r)); limited != nil {
		added, found, err := s.deps.Discussion.Earlier(ctx, writer, d.Submission, key, dedupe)
		if err == nil && !found {
			err = limited
		}
		return s.counted(added, err)
	}
	added, err := s.deps.Discussion.Post(ctx, writer, d.Submission, key, dedupe)
	if err == nil && added.Outcome != blog.Created {
		s.giveBack(ctx, known, s.clientAddr(r))
	}
	return s.counted(added, err)
}

// counted has the metrics know of a comment that was accepted.
func (s *Server) counted(added blog.Added, err error) (blog.Added, error) {
	if err != nil {
		return blog.Added{}, err
	}
	s.metrics.received(outcomeName(added.Outcome))
	return added, nil
}

// welcome remembers the writer. It returns whose view of the comment the answer may show, and whether the answer sets the
// first cookie of a session. A session store that is broken costs the writer the own controls, not the comment.
//
// Who sends the same words again without a session is only taken for the same writer if the key that made the comment was
// unguessable: a neighbour behind the same address who says the same must not get another's controls.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request, writer blog.Writer, d draft, added blog.Added) (visitor string, first bool) {
	known, had := s.visitor(r)
	visitor = writer.Visitor
	if !had && added.Outcome != blog.Created {
		if added.Outcome != blog.Replayed || !unguessable(cmp.Or(d.key, visitOf(r.Context()).id)) {
			return "", false
		}
		visitor = added.Comment.Visitor
	}
	name, url := added.Comment.Name, added.Comment.URL
	if err := s.remember(w, r, visitor, name, url); err != nil {
		s.logSession(r, "session not kept", err)
		return known, false
	}
	return visitor, !had
}

// posted answers our script with the comment in its place and a fresh form.
func (s *Server) posted(w http.ResponseWriter, r *http.Request, p blog.Post, c blog.Comment, visitor string) error {
	v := views.Posted{Lang: p.Lang, Comment: s.commentView(p, c, visitor), Form: s.knownForm(r, p)}
	if v.Form.Name == "" {
		v.Form.Name, v.Form.URL = c.Name, c.URL // cookies do not work here: spare the writer the typing
	}
	if c.State == blog.Pending {
		v.Notice = "held"
	}
	return s.sendPrivate(w, r, http.StatusOK, views.PostedAnswer(v))
}

// readDraft reads the fields of a form. What could be read is returned along with the error.
func readDraft(r *http.Request) (draft, error) {
	if err := parseForm(r); err != nil {
		return draft{}, err
	}
	d := sent(r)
	if len(d.key) > blog.MaxKey || strings.IndexFunc(d.key, func(c rune) bool { return c > unicode.MaxASCII || !unicode.IsGraphic(c) }) >= 0 {
		d.key = ""
		return d, &blog.Error{Kind: blog.Validation, Fields: []blog.FieldError{{Field: "key", Code: "too-long", Limit: blog.MaxKey}}}
	}
	return d, nil
}

// sent is what the form that was read says; nothing if none was.
func sent(r *http.Request) draft {
	f := r.PostForm
	return draft{
		Submission: blog.Submission{ParentID: f.Get("parent"), Name: f.Get("name"), URL: f.Get("url"), Body: f.Get("body")},
		key:        f.Get("key"),
	}
}

// parseForm reads a body of one of the two types that browsers send forms in.
func parseForm(r *http.Request) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && mediaType == "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case err == nil && mediaType == "multipart/form-data":
		err = r.ParseMultipartForm(formBytes)
	default:
		return blog.E(blog.UnsupportedMediaType, fmt.Errorf("form of type %q", r.Header.Get("Content-Type")))
	}
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large) || r.ContentLength > formBytes:
		return blog.E(blog.PayloadTooLarge, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return blog.E(blog.TooSlow, err)
	case r.Context().Err() != nil:
		return fmt.Errorf("read form: %w", r.Context().Err())
	}
	return blog.E(blog.Malformed, err)
}

// refuse answers that a comment was not taken: with the form as it was filled in, errors beside the fields, and the status
// of the error.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, p blog.Post, postID string, d draft, err error) error {
	s.logError(r, err)
	e := explain(err)
	form := s.refusedForm(r, p, d, e)
	retryAfter(w.Header(), e.RetryAfter)
	if htmx(r) {
		return s.sendPrivate(w, r, statusOf(e.Kind), views.CommentForm(form))
	}
	page, err := s.postPage(r.Context(), s.siteOrigin(r), p)
	if err != nil {
		return err
	}
	dis, err := s.refusedDiscussion(r, p, postID, form, e)
	if err != nil {
		return err
	}
	form.Cancel = dis.Form.Cancel
	dis.Form, dis.Notice = form, ""
	page.Discussion, page.NoIndex = dis, true
	return s.sendPrivate(w, r, statusOf(e.Kind), views.Article(page))
}

// refusedDiscussion stands around the form. A store that is too busy to write is not asked for a page besides: each of those
// it refuses would wait for that too.
func (s *Server) refusedDiscussion(r *http.Request, p blog.Post, postID string, form views.Form, e *blog.Error) (*views.Discussion, error) {
	a := ask{order: blog.Oldest, reply: form.ParentID}
	if e.Kind == blog.Unavailable {
		d := s.bareDiscussion(p, a)
		if a.reply != "" {
			d.Form.Cancel = commentPath(p, a.reply, "")
		}
		return d, nil
	}
	d, _, err := s.ownDiscussion(r, p, postID, a)
	return d, err
}

// refusedForm is the form with what was sent and what is wrong with it. A reply whose parent is gone becomes the draft of
// a thread of its own, and says so. A key that belongs to another text is not given back: it would be refused for ever.
func (s *Server) refusedForm(r *http.Request, p blog.Post, d draft, e *blog.Error) views.Form {
	f := s.knownForm(r, p)
	f.ParentID, f.Name, f.URL, f.Body, f.Key = showable(d.ParentID), showable(d.Name), showable(d.URL), showable(d.Body), d.key
	f.Errors = e.Fields
	for _, field := range e.Fields {
		if field.Field == "parent" {
			f.ParentID = ""
		}
	}
	if e.Kind == blog.IdempotencyMismatch {
		f.Key = ""
	}
	if f.ParentID != "" && e.Kind != blog.Unavailable {
		f.Parent = s.parentName(r.Context(), f.ParentID)
	}
	if e.Kind != blog.Validation {
		f.Problem = problemOf(r.Context(), e)
	}
	return f
}

// parentName is whom a refused reply answers; a form without a name is better than none.
func (s *Server) parentName(ctx context.Context, id string) string {
	c, err := s.deps.Reader.Comment(ctx, id)
	if err != nil || !sees(c, "") {
		return ""
	}
	return c.Name
}

// showable is text that may stand in a page: what is no UTF-8 or no character of HTML becomes a replacement character.
func showable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' {
			return unicode.ReplacementChar
		}
		return c
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
