package web

import (
	"time"

	"vang/blog"
	"vang/posts"
	"vang/realtime"
	"vang/views"
)

// ContentChanged tells open pages of posts that authors changed: the page offers its reader the new version. On the
// author's desk every page hears of every change, and follows it.
func (s *Server) ContentChanged(before, after *posts.Snapshot) {
	if s.deps.Config.Drafts {
		s.deps.Hub.Wake(deskTopic)
		return
	}
	for _, p := range after.Posts("") {
		old, known := before.Post(p.Slug)
		if !known || old.Hash == p.Hash {
			continue
		}
		if id, ok := s.deps.PostIDs(p.Slug); ok {
			s.deps.Hub.Broadcast(id, changedMessage(p.Lang))
		}
	}
}

// changedMessage is for pages alone: programs read comments, not posts.
func changedMessage(lang blog.Lang) realtime.Message {
	f := feed{}
	return realtime.Message{HTML: f.render(views.ChangedFrame(lang))}
}

// textMark tells versions of a post's text apart in the address of its page's socket: what the page shows need not be what
// there is when its socket opens, as after a night's sleep. "" on the desk, whose pages follow by themselves.
func (s *Server) textMark(p blog.Post) string {
	if s.deps.Config.Drafts {
		return ""
	}
	return p.Hash[:min(textMarkLength, len(p.Hash))]
}

const (
	textMarkLength = 12
	// otherReplicas have a saved file within this time: a page may come from one that is ahead of the one with its socket.
	otherReplicas = 3 * time.Second
)

// greet offers the new text to a page that has another than there is, unless that passes as soon as all replicas agree.
func (s *Server) greet(slug, mark string) func(tell func(realtime.Message)) {
	other := func() (blog.Post, bool) {
		p, ok := s.snapshot().Post(slug)
		return p, ok && s.textMark(p) != mark
	}
	return func(tell func(realtime.Message)) {
		if _, differs := other(); !differs {
			return
		}
		time.AfterFunc(otherReplicas, func() {
			if p, differs := other(); differs {
				tell(changedMessage(p.Lang))
			}
		})
	}
}
