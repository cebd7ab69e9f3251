package web

import (
	"context"

	"vang/blog"
)

// keptBytes is what pages of discussions may take that were read for everyone: some 200 of fifty comments.
const keptBytes = 8 << 20

// keptOverhead is what a comment takes besides its words, more or less.
const keptOverhead = 500

// pageAsk names a page of a discussion as everyone sees it.
type pageAsk struct {
	postID      string
	order       blog.Order
	from, until blog.Key
}

// asked is the page that q asks for; ok is false if it is not kept.
func asked(q blog.PageQuery) (a pageAsk, ok bool) {
	order := blog.Oldest
	if q.Order == blog.Newest {
		order = blog.Newest
	}
	return pageAsk{q.PostID, order, q.From, q.Until}, q.At == "" && q.Limit == 0
}

// readPage reads one page of a discussion and keeps in mind where it stands.
func (s *Server) readPage(ctx context.Context, q blog.PageQuery) (blog.Page, error) {
	ctx, cancel := s.heads.patient(ctx, q.PostID)
	defer cancel()
	at := s.deps.Now()
	page, err := s.readFor(ctx, q)
	if err == nil {
		s.heads.learn(page.Head, at)
	}
	return page, err
}

// readFor reads a page for everyone, or for one visitor: who has nothing in the discussion that only they see is given what
// everyone is, and from memory if the discussion has not moved since. One short question is then all that the database is
// asked (a reader's own page of fifty comments: a third of the time, measured).
func (s *Server) readFor(ctx context.Context, q blog.PageQuery) (blog.Page, error) {
	ask, ok := asked(q)
	switch {
	case !ok:
		return s.deps.Reader.Page(ctx, q)
	case q.Visitor == "":
		return s.readShared(ctx, ask)
	}
	head, holds, err := s.deps.Reader.Standing(ctx, q.PostID, q.Visitor)
	if err != nil {
		return blog.Page{}, err
	}
	if holds {
		return s.deps.Reader.Page(ctx, q)
	}
	if page, kept := s.pages.get(ask); kept && page.Head == head {
		return page, nil
	}
	page, err := s.readShared(ctx, ask)
	if err == nil && page.Head != head { // what happened between the two questions may be the visitor's own
		return s.deps.Reader.Page(ctx, q)
	}
	return page, err
}

// readShared reads what everyone sees, and keeps it.
func (s *Server) readShared(ctx context.Context, ask pageAsk) (blog.Page, error) {
	page, err := s.deps.Reader.Page(ctx, blog.PageQuery{PostID: ask.postID, Order: ask.order, From: ask.from, Until: ask.until})
	if err != nil {
		return blog.Page{}, err
	}
	size := int64(keptOverhead)
	for _, c := range page.Comments {
		size += int64(len(c.Body)+len(c.Name)+len(c.URL)+len(c.Email)) + keptOverhead
	}
	s.pages.put(ask, page, size)
	return page, nil
}
