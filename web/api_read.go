package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"vang/blog"
)

// listAnswer is one page of a discussion, or what changed in it.
type listAnswer struct {
	Data []apiComment `json:"data"`
	Page apiPage      `json:"page"`
	Meta apiMeta      `json:"meta"`
}

type apiPage struct {
	Next    *string `json:"next"`
	HasMore bool    `json:"has_more"`
}

type apiMeta struct {
	Post     string `json:"post"`
	Cursor   string `json:"cursor"`
	Total    int64  `json:"total"`
	ReadOnly bool   `json:"read_only"`
	Reload   bool   `json:"reload,omitempty"` // what was asked for cannot be continued: this is the first page
}

// topic is a discussion that an address or a body named.
type topic struct {
	post   blog.Post
	postID string
}

// open tells whether the post takes comments at all; whether its discussion was closed since, the head tells.
func (t topic) open() bool { return t.post.Comments }

// topicOf finds the discussion of a post that readers can open, by a present or former slug.
func (s *Server) topicOf(ctx context.Context, slug string) (topic, error) {
	p, ok := s.findPost(ctx, slug)
	if !ok || p.Page {
		return topic{}, blog.E(blog.NotFound, nil)
	}
	id, ok := s.deps.PostIDs(p.Slug)
	switch {
	case ok:
		return topic{post: p, postID: id}, nil
	case p.Comments:
		return topic{}, blog.E(blog.Unavailable, fmt.Errorf("%s has no discussion yet", p.Slug))
	}
	return topic{}, blog.E(blog.NotFound, nil)
}

// topicByID is topicOf for a comment's post.
func (s *Server) topicByID(ctx context.Context, postID string) (topic, error) {
	slug, ok := s.deps.Slugs(postID)
	if !ok {
		return topic{}, blog.E(blog.NotFound, nil)
	}
	return s.topicOf(ctx, slug)
}

// view makes the comments of an answer to r.
func (s *Server) view(r *http.Request, t topic, readOnly bool) apiView {
	viewer, _ := s.visitor(r)
	return apiView{
		base: s.permalinkBase(), html: s.deps.Remarks.body, now: s.deps.Now(), post: t.post, viewer: viewer,
		readOnly: readOnly || !t.open(),
	}
}

// permalinkBase is the configured base URL. The request's own host is no substitute: an anonymous answer must be the same
// for all, whatever Host they sent.
func (s *Server) permalinkBase() string { return s.base }

func (s *Server) apiList(w http.ResponseWriter, r *http.Request) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return blog.E(blog.Malformed, err)
	}
	q, err := parseListQuery(values)
	if err != nil {
		return err
	}
	t, err := s.topicOf(r.Context(), q.slug)
	if err != nil {
		return err
	}
	answer, err := s.list(r, t, q)
	if err != nil {
		return err
	}
	if answer.Page.Next != nil {
		w.Header().Set("Link", "<"+nextLink(values, *answer.Page.Next)+`>; rel="next"`)
	}
	return s.writeShared(w, r, answer)
}

func (s *Server) list(r *http.Request, t topic, q listQuery) (listAnswer, error) {
	if q.since != nil {
		answer, ok, err := s.changesSince(r, t, *q.since)
		if ok || err != nil {
			return answer, err
		}
	}
	viewer, _ := s.visitor(r)
	pq := blog.PageQuery{PostID: t.postID, Order: q.order, Limit: q.limit, Visitor: viewer}
	if q.cursor != nil {
		if q.cursor.post != postMark(t.postID) {
			return listAnswer{}, &blog.Error{Kind: blog.Malformed, Fields: []blog.FieldError{{Field: "?cursor", Code: "of-another-post"}}}
		}
		pq.From = q.cursor.from
	}
	page, err := s.readPage(r.Context(), pq)
	if err != nil {
		return listAnswer{}, err
	}
	reload := q.since != nil
	if q.cursor != nil && q.cursor.epoch != page.Head.Epoch {
		// A restored database: the keys after the cut may belong to other comments now.
		reload, pq.From = true, ""
		if page, err = s.readPage(r.Context(), pq); err != nil {
			return listAnswer{}, err
		}
	}
	answer := s.pageAnswer(r, t, page)
	answer.Meta.Reload = reload
	return answer, nil
}

func (s *Server) pageAnswer(r *http.Request, t topic, page blog.Page) listAnswer {
	answer := listAnswer{Data: s.view(r, t, page.Head.ReadOnly).all(page.Comments), Meta: metaOf(t, page.Head)}
	if page.Until != "" {
		next := listCursor{order: page.Order, post: postMark(t.postID), epoch: page.Head.Epoch, from: page.Until}.String()
		answer.Page = apiPage{Next: &next, HasMore: true}
	}
	return answer
}

func metaOf(t topic, h blog.Head) apiMeta {
	return apiMeta{Post: t.post.Slug, Cursor: h.Cursor().String(), Total: h.Count, ReadOnly: h.ReadOnly || !t.open()}
}

// changesSince reads what changed after a cursor; ok is false if only the whole list anew can bring the reader there.
func (s *Server) changesSince(r *http.Request, t topic, since blog.Cursor) (answer listAnswer, ok bool, err error) {
	ctx, cancel := s.heads.patient(r.Context(), t.postID)
	defer cancel()
	changes, err := s.deps.Reader.Changes(ctx, t.postID, since.Rev, changesLimit)
	if err != nil {
		return listAnswer{}, false, err
	}
	if changes.TooMany || changes.Head.Epoch != since.Epoch || since.Rev > changes.Head.Rev {
		return listAnswer{}, false, nil
	}
	v := s.view(r, t, changes.Head.ReadOnly)
	answer = listAnswer{Data: []apiComment{}, Meta: metaOf(t, changes.Head)}
	for _, c := range changes.Comments {
		if own(c, v.viewer) || !unseen(c) {
			answer.Data = append(answer.Data, v.comment(c))
		}
	}
	return answer, true, nil
}

// nextLink is the request's own address with another cursor, relative to it, so that no proxy's Host can spoil it.
func nextLink(q url.Values, cursor string) string {
	q.Set("cursor", cursor)
	q.Del("since")
	return apiPath + "?" + q.Encode()
}

// found is a comment that the one who asks may read, and where it stands.
type found struct {
	topic
	comment blog.Comment
	head    blog.Head
}

// find reads the comment that the address names.
func (s *Server) find(ctx context.Context, id, viewer string) (found, error) {
	c, err := s.deps.Reader.Comment(ctx, id)
	if err != nil {
		return found{}, err
	}
	t, err := s.topicByID(ctx, c.PostID)
	switch {
	case err != nil:
		return found{}, err
	case c.State == blog.Deleted, c.State == blog.Hidden:
		return found{}, blog.E(blog.Gone, nil)
	case !sees(c, viewer):
		return found{}, blog.E(blog.NotFound, nil)
	}
	heads, err := s.deps.Reader.Heads(ctx, []string{c.PostID})
	if err != nil {
		return found{}, err
	}
	if len(heads) == 0 {
		return found{}, blog.E(blog.NotFound, nil)
	}
	return found{topic: t, comment: c, head: heads[0]}, nil
}

func (s *Server) apiGet(w http.ResponseWriter, r *http.Request) error {
	viewer, _ := s.visitor(r)
	f, err := s.find(r.Context(), r.PathValue("id"), viewer)
	if err != nil {
		return err
	}
	return s.writeVersioned(w, r, versionTag(f.comment), s.view(r, f.topic, f.head.ReadOnly).comment(f.comment))
}

// contextAnswer is a comment among what stands around it.
type contextAnswer struct {
	Data struct {
		Comment   apiComment   `json:"comment"`
		Ancestors []apiComment `json:"ancestors"`
		Page      []apiComment `json:"page"`
	} `json:"data"`
	Page apiPage `json:"page"`
	Meta apiMeta `json:"meta"`
}

func (s *Server) apiContext(w http.ResponseWriter, r *http.Request) error {
	viewer, _ := s.visitor(r)
	f, err := s.find(r.Context(), r.PathValue("id"), viewer)
	if err != nil {
		return err
	}
	above, err := s.deps.Reader.Ancestors(r.Context(), f.comment.ID)
	if err != nil {
		return err
	}
	page, err := s.readPage(r.Context(), blog.PageQuery{
		PostID: f.postID, Order: blog.Oldest, At: f.comment.ID, Limit: defaultLimit, Visitor: viewer,
	})
	if err != nil {
		return err
	}
	v := s.view(r, f.topic, page.Head.ReadOnly)
	around := s.pageAnswer(r, f.topic, page)
	answer := contextAnswer{Page: around.Page, Meta: around.Meta}
	answer.Data.Comment, answer.Data.Ancestors, answer.Data.Page = v.comment(f.comment), v.all(above), around.Data
	return s.writeShared(w, r, answer)
}

// maxCounts is the most posts whose comments are counted at once: a listing's.
const maxCounts = 100

// countsAnswer is how many comments posts have; Unknown are the slugs of none.
type countsAnswer struct {
	Data    map[string]int64 `json:"data"`
	Unknown []string         `json:"unknown"`
}

func (s *Server) apiCounts(w http.ResponseWriter, r *http.Request) error {
	slugs := r.URL.Query()["post"]
	if len(slugs) == 0 || len(slugs) > maxCounts {
		code := "required"
		if len(slugs) > 0 {
			code = "too-many"
		}
		return &blog.Error{Kind: blog.Malformed, Fields: []blog.FieldError{{Field: "?post", Code: code, Limit: maxCounts}}}
	}
	answer := countsAnswer{Data: map[string]int64{}, Unknown: []string{}}
	ids := make([]string, 0, len(slugs))
	asked := make(map[string][]string, len(slugs)) // post id -> the slugs that led to it
	for _, slug := range slugs {
		t, err := s.topicOf(r.Context(), slug)
		if err != nil {
			answer.Unknown = append(answer.Unknown, slug)
			continue
		}
		ids, asked[t.postID] = append(ids, t.postID), append(asked[t.postID], slug)
	}
	heads, err := s.deps.Reader.Heads(r.Context(), ids)
	if err != nil {
		return err
	}
	for _, h := range heads {
		for _, slug := range asked[h.PostID] {
			answer.Data[slug] = h.Count
		}
	}
	return s.writeShared(w, r, answer)
}
