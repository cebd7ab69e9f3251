package web

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/realtime"
	"vang/views"
)

// SourceDeps is what the source of live changes is wired from. Now, Remarks and BaseURL may be left out.
type SourceDeps struct {
	Reader   Reader
	Library  *posts.Library
	Comments *markdown.Stranger
	Remarks  *Remarks // the Server's, so that what was pushed need not be drawn for pages again; one of its own if nil
	Slugs    func(postID string) (slug string, ok bool)
	BaseURL  string     // before the permalinks that programs get, as Origin returns it
	Now      blog.Clock // time.Now if nil
}

// NewSource makes what the hub reads. Topics are post ids; another is deskTopic. The Source may be used by any number of goroutines.
func NewSource(d SourceDeps) realtime.Source {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Remarks == nil {
		d.Remarks = NewRemarks(d.Comments)
	}
	return &source{deps: d}
}

type source struct{ deps SourceDeps }

// Heads reads the heads of topics in one go.
func (s *source) Heads(ctx context.Context, topics []string) (map[string]realtime.Head, error) {
	heads := make(map[string]realtime.Head, len(topics))
	ids := make([]string, 0, len(topics))
	for _, t := range topics {
		if t == deskTopic {
			heads[t] = deskHead(s.deps.Library.Snapshot())
			continue
		}
		ids = append(ids, t)
	}
	if len(ids) == 0 {
		return heads, nil
	}
	read, err := s.deps.Reader.Heads(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	for _, h := range read {
		heads[h.PostID] = realtime.Head{Epoch: h.Epoch, Rev: h.Rev}
	}
	return heads, nil
}

// Changes reads what changed in a topic after rev and renders it, once per audience.
func (s *source) Changes(ctx context.Context, topic string, rev int64) (realtime.Changes, error) {
	if topic == deskTopic {
		return deskChanges(deskHead(s.deps.Library.Snapshot()), rev), nil
	}
	read, err := s.deps.Reader.Changes(ctx, topic, rev, changesLimit)
	if err != nil {
		return realtime.Changes{}, fmt.Errorf("read changes: %w", err)
	}
	out := realtime.Changes{Head: realtime.Head{Epoch: read.Head.Epoch, Rev: read.Head.Rev}, TooMany: read.TooMany, Floor: read.Floor}
	if read.TooMany {
		return out, nil
	}
	f := s.feed(topic, read.Head)
	stateRev := read.Head.StateRev
	for _, c := range read.Comments {
		if stateRev > rev && stateRev < c.Rev {
			out.Items = append(out.Items, f.state(stateRev))
			stateRev = 0
		}
		out.Items = append(out.Items, f.change(c))
	}
	if stateRev > rev {
		out.Items = append(out.Items, f.state(stateRev))
	}
	return out, f.err
}

// Reload renders the message that has a page load its list anew after a delay, and a program begin again.
func (s *source) Reload(head realtime.Head, delay time.Duration) realtime.Message {
	cursor := blog.Cursor{Epoch: head.Epoch, Rev: head.Rev}.String()
	f := feed{}
	return realtime.Message{
		HTML: f.render(views.ReloadFrame(s.deps.Library.Snapshot().Site().Lang, cursor, delay)),
		JSON: f.encode(liveChange{Rev: head.Rev, Cursor: cursor, Kind: kindReload}),
	}
}

// The kinds of a liveChange.
const (
	kindComment = "comment" // Comment is new or changed
	kindRemoved = "removed" // Comment is no longer to be read; with replies its place stays
	kindPost    = "post"    // the discussion itself changed, or nothing that everyone may see
	kindReload  = "reload"  // begin anew with GET /api/comments
	kindContent = "content" // on the author's desk alone: files changed
)

// liveChange is what a program gets over /live.
type liveChange struct {
	Rev     int64       `json:"rev"`
	Cursor  string      `json:"cursor"` // for since, to go on after this change
	Kind    string      `json:"kind"`
	Comment *apiComment `json:"comment,omitempty"`
	Post    *livePost   `json:"post,omitempty"`
}

// livePost is how the discussion stands, as read with the change.
type livePost struct {
	Slug     string `json:"slug"`
	Total    int64  `json:"total"`
	ReadOnly bool   `json:"read_only"`
}

// stateItem is the item of changes that are no comment's; comments' ids are longer.
const stateItem = "post"

// feed renders the changes of one discussion as it was read.
type feed struct {
	deps SourceDeps
	head blog.Head
	post blog.Post
	json apiView
	err  error // the first failure to render; what failed is never sent
}

func (s *source) feed(postID string, head blog.Head) *feed {
	snap := s.deps.Library.Snapshot()
	post := blog.Post{Lang: snap.Site().Lang}
	if slug, ok := s.deps.Slugs(postID); ok {
		post.Slug, post.Path = slug, "/blog/"+url.PathEscape(slug)
		if p, ok := snap.Post(slug); ok {
			post = p
		}
	}
	f := &feed{deps: s.deps, head: head, post: post}
	f.json = apiView{
		base: s.deps.BaseURL, html: s.deps.Remarks.body, now: s.deps.Now(), post: post, readOnly: head.ReadOnly || !post.Comments,
	}
	return f
}

// unseen tells whether nobody but its writer and moderators ever saw c: nothing of it is told, not even that it is there.
// Whoever was held after others had read them is told as removed.
func unseen(c blog.Comment) bool {
	return c.State == blog.Pending && !c.Shown && c.EditedAt.IsZero() && c.Replies == 0
}

func (f *feed) view(c blog.Comment, viewer string) views.Comment {
	return f.deps.Remarks.view(f.post.Lang, c, f.post.Slug, viewer, f.json.now)
}

func (f *feed) change(c blog.Comment) realtime.Change {
	out := realtime.Change{Rev: c.Rev, Item: c.ID, Public: f.public(c)}
	if own := c.Visitor; own != "" && sees(c, own) {
		out.Owner, out.Own = own, f.frame(c.Rev, f.view(c, own))
	}
	return out
}

// public is what everyone gets of c: all of it, that it is gone, or only that the discussion has come further.
func (f *feed) public(c blog.Comment) realtime.Message {
	switch {
	case unseen(c):
		return f.state(c.Rev).Public
	case !sees(c, ""):
		c = erased(c)
	}
	kind := kindComment
	if c.State != blog.Published {
		kind = kindRemoved
	}
	told := f.json.comment(c)
	return realtime.Message{
		HTML: f.frame(c.Rev, f.view(c, "")),
		JSON: f.encode(f.live(kind, c.Rev, &told)),
	}
}

// state is a change of nothing but the discussion's own numbers.
func (f *feed) state(rev int64) realtime.Change {
	return realtime.Change{Rev: rev, Item: stateItem, Public: realtime.Message{
		HTML: f.frame(rev), JSON: f.encode(f.live(kindPost, rev, nil)),
	}}
}

func (f *feed) live(kind string, rev int64, c *apiComment) liveChange {
	return liveChange{
		Rev: rev, Cursor: f.cursor(rev), Kind: kind, Comment: c,
		Post: &livePost{Slug: f.post.Slug, Total: f.head.Count, ReadOnly: f.json.readOnly},
	}
}

func (f *feed) cursor(rev int64) string { return blog.Cursor{Epoch: f.head.Epoch, Rev: rev}.String() }

// frame is the push to pages: what changed, and the point to which it brings them.
func (f *feed) frame(rev int64, comments ...views.Comment) []byte {
	return f.render(views.PushFrame(views.Push{
		Lang: f.post.Lang, Cursor: f.cursor(rev), Total: f.head.Count, ReadOnly: f.head.ReadOnly, Comments: comments,
	}))
}

// render draws with a context of its own: a frame belongs to no request, and a cancelled one would make it fail.
func (f *feed) render(c templ.Component) []byte {
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil && f.err == nil {
		f.err = fmt.Errorf("render push: %w", err)
	}
	return b.Bytes()
}

func (f *feed) encode(v any) []byte {
	b, err := encodeJSON(v)
	if err != nil && f.err == nil {
		f.err = err
	}
	return bytes.TrimRight(b, "\n")
}
