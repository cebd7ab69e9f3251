package web

import (
	"vang/blog"
	"vang/posts"
	"vang/realtime"
	"vang/views"
)

// ContentChanged tells open pages of posts that authors changed: the page offers its reader the new version. On the
// author's desk every page hears of every change, and loads itself anew.
func (s *Server) ContentChanged(before, after *posts.Snapshot) {
	if s.deps.Config.Drafts {
		s.deps.Hub.Broadcast(siteTopic, changedMessage(after.Site().Lang)) // which is to all topics
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
