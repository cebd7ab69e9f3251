package web

import (
	"context"
	"net/http"

	"vang/blog"
	"vang/posts"
	"vang/realtime"
	"vang/views"
)

// deskTopic is the topic of the author's desk: its head is the content's, so that a page which was made of older content
// hears so as soon as it listens, whenever that is.
const deskTopic = "desk"

// Of what is wrong a page shows only so much.
const (
	deskNotes    = 20
	deskExcerpts = 5
	deskAround   = 2 // lines above and below the one that is wrong
)

// deskHead is how far the content has come.
func deskHead(snap *posts.Snapshot) realtime.Head {
	life, n := snap.Cursor()
	return realtime.Head{Epoch: life, Rev: n}
}

// deskChanges has one change at most: pages of the desk load what there is now, however often it changed.
func deskChanges(head realtime.Head, rev int64) realtime.Changes {
	out := realtime.Changes{Head: head}
	if head.Rev > rev {
		f := feed{}
		told := liveChange{Rev: head.Rev, Cursor: cursorOf(head), Kind: kindContent}
		out.Items = []realtime.Change{{Rev: head.Rev, Item: deskTopic, Public: realtime.Message{JSON: f.encode(told)}}}
	}
	return out
}

func cursorOf(h realtime.Head) string { return blog.Cursor{Epoch: h.Epoch, Rev: h.Rev}.String() }

// desk is what the page at path shows its author of the content's state; nil where pages are for readers.
func (s *Server) desk(ctx context.Context, lang blog.Lang, path string) *views.Desk {
	if !s.deps.Config.Drafts {
		return nil
	}
	snap := s.pinned(ctx)
	at := cursorOf(deskHead(snap))
	d := &views.Desk{
		Cursor: at, Live: livePath, Style: s.assets.Path("desk.css"), Script: s.assets.Path("desk.js"),
	}
	var own []posts.Problem
	if p, ok := snap.At(path); ok {
		d.File = p.Source
		own = snap.Remarks(ctx, p)
	}
	others := snap.Problems()
	for _, p := range append(own, others...) {
		s.note(d, p, lang)
	}
	return d
}

// note adds a problem to what a page shows. Those of a file that cannot be shown as it is have the lines in question with them.
func (s *Server) note(d *views.Desk, p posts.Problem, lang blog.Lang) {
	n := views.DeskNote{File: p.File, Line: p.Line, Message: p.In(lang)}
	list := &d.Remarks
	if p.Fatal {
		list = &d.Faults
	}
	if len(*list) >= deskNotes {
		d.More++
		return
	}
	if p.Fatal && len(*list) < deskExcerpts {
		lines, from := s.deps.Library.Excerpt(p, deskAround)
		for i, text := range lines {
			n.Excerpt = append(n.Excerpt, views.DeskLine{Number: from + i, Text: text, Here: from+i == p.Line})
		}
	}
	*list = append(*list, n)
}

// deskRoutes are for the author's desk alone.
func (s *Server) deskRoutes() []route {
	if !s.deps.Config.Drafts {
		return nil
	}
	return []route{{"GET /desk", s.whereIs, pageGroup()}}
}

// whereIs leads to the page that a file makes: its author may have given it another address while the page was open.
func (s *Server) whereIs(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.pinned(r.Context()).Source(r.URL.Query().Get("file"))
	if !ok {
		return blog.E(blog.NotFound, nil)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, p.Path, http.StatusFound)
	return nil
}
