package web

import (
	"context"
	"net/http"
	"slices"
	"unicode/utf8"

	"vang/blog"
)

// readSubmission takes a new comment out of a body. What a comment may hold is the domain's to judge; here only the shape.
func readSubmission(o *object) (slug string, sub blog.Submission, err error) {
	slug, sub.ParentID, sub.Body = o.text("post"), o.text("parent_id"), o.text("body")
	author := o.object("author")
	sub.Name, sub.Email, sub.URL = author.text("name"), author.text("email"), author.text("url")
	author.rest()
	o.rest()
	if slug == "" && o.err() == nil {
		o.fail("post", "required")
	}
	return slug, sub, o.err()
}

// idempotencyKey is the client's own key for this very wish; "" if it sent none.
func idempotencyKey(r *http.Request) (string, error) {
	values := r.Header.Values("Idempotency-Key")
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", blog.Invalid("key", "more-than-one")
	case values[0] == "":
		return "", blog.Invalid("key", "required")
	case !utf8.ValidString(values[0]):
		return "", blog.Invalid("key", "not-utf8")
	case utf8.RuneCountInString(values[0]) > blog.MaxKey:
		return "", &blog.Error{Kind: blog.Validation, Fields: []blog.FieldError{{Field: "key", Code: "too-long", Limit: blog.MaxKey}}}
	}
	return values[0], nil
}

func (s *Server) apiCreate(w http.ResponseWriter, r *http.Request) error {
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	o, err := readObject(r)
	if err != nil {
		return err
	}
	slug, sub, err := readSubmission(o)
	if err != nil {
		return err
	}
	t, err := s.topicOf(r.Context(), slug)
	if err != nil {
		return &blog.Error{Kind: blog.NotFound, Fields: []blog.FieldError{{Field: "post", Code: "unknown"}}, Err: err}
	}
	if !t.open() {
		return blog.E(blog.ReadOnly, nil)
	}
	sub.PostID = t.postID
	d := draft{Submission: sub, key: key}
	writer := s.writer(r)
	added, err := s.accept(r, writer, d, key == "") // a program that means the same words twice says so by a key
	if err != nil {
		return err
	}
	if added.Outcome == blog.Duplicated {
		return &blog.Error{Kind: blog.Duplicate, ID: added.Comment.ID}
	}
	r = done(r)
	s.welcome(w, r, writer, d, added)
	return s.writeAdded(w, r, t, added)
}

func (s *Server) writeAdded(w http.ResponseWriter, r *http.Request, t topic, added blog.Added) error {
	status := http.StatusCreated
	if added.Comment.State != blog.Published {
		status = http.StatusAccepted
	}
	if added.Outcome == blog.Replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.Header().Set("Location", apiPath+"/"+added.Comment.ID)
	v := s.view(r, t, false)
	// Whoever knows the key and the words is the writer, also before a session says so.
	v.viewer = added.Comment.Visitor
	if added.Comment.State == blog.Spam {
		added.Comment.State = blog.Pending // what it was taken for is not the writer's to learn
	}
	return s.writePrivate(w, status, added.Comment, v)
}

// writePrivate answers a writer with their own comment.
func (s *Server) writePrivate(w http.ResponseWriter, status int, c blog.Comment, v apiView) error {
	body, err := encodeJSON(v.comment(c))
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tagOf(versionTag(c), body))
	w.Header().Set("Cache-Control", privateCache)
	return writeBody(w, status, body)
}

// mine finds the comment that the address names and makes sure that a visitor asks. Whether it is theirs, and still in its
// time, is the store's to tell in the same transaction.
func (s *Server) mine(r *http.Request) (t topic, visitor string, err error) {
	c, err := s.deps.Reader.Comment(r.Context(), r.PathValue("id"))
	if err != nil {
		return topic{}, "", err
	}
	if t, err = s.topicByID(r.Context(), c.PostID); err != nil {
		return topic{}, "", err
	}
	visitor, ok := s.visitor(r)
	if !ok {
		return topic{}, "", blog.E(blog.Forbidden, nil)
	}
	return t, visitor, nil
}

func (s *Server) apiEdit(w http.ResponseWriter, r *http.Request) error {
	o, err := readObject(r)
	if err != nil {
		return err
	}
	body := o.text("body")
	o.rest()
	if err := o.err(); err != nil {
		return err
	}
	t, visitor, err := s.mine(r)
	if err != nil {
		return err
	}
	version, given, err := s.ifMatch(r.Context(), r)
	if err != nil {
		return err
	}
	if !given {
		return blog.E(blog.PreconditionRequired, nil)
	}
	if err := s.allowChange(r, visitor); err != nil {
		return err
	}
	c, err := s.deps.Discussion.Edit(r.Context(), visitor, r.PathValue("id"), version, body)
	if err != nil {
		return err
	}
	return s.writePrivate(w, http.StatusOK, c, s.view(r, t, false))
}

func (s *Server) apiDelete(w http.ResponseWriter, r *http.Request) error {
	_, visitor, err := s.mine(r)
	if err != nil {
		return err
	}
	version, _, err := s.ifMatch(r.Context(), r)
	if err != nil {
		return err
	}
	if err := s.allowChange(r, visitor); err != nil {
		return err
	}
	if _, err := s.deps.Discussion.Delete(r.Context(), visitor, r.PathValue("id"), version); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", privateCache)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// ifMatch is the edit version that the client saw: blog.AnyVersion for "*" and for no header at all. Of several versions
// the one that stands now is taken, if it is among them.
func (s *Server) ifMatch(ctx context.Context, r *http.Request) (version int64, given bool, err error) {
	versions, star, given := parseIfMatch(r.Header.Values("If-Match"))
	switch {
	case !given, star:
		return blog.AnyVersion, given, nil
	case len(versions) == 1:
		return versions[0], true, nil
	}
	c, err := s.deps.Reader.Comment(ctx, r.PathValue("id"))
	if err != nil {
		return 0, true, err
	}
	if !slices.Contains(versions, c.Edits) {
		return 0, true, blog.E(blog.PreconditionFailed, nil)
	}
	return c.Edits, true, nil
}
