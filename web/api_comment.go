package web

import (
	"time"

	"vang/blog"
)

// apiComment is a comment as programs see it; openapi.json tells what each member means.
type apiComment struct {
	ID         string     `json:"id"`
	Post       string     `json:"post"`
	ParentID   *string    `json:"parent_id"`
	Depth      int        `json:"depth"`
	Seq        int64      `json:"seq"`
	Rev        int64      `json:"rev"`
	Version    int64      `json:"version"`
	Author     *apiAuthor `json:"author"` // null when only the place is shown
	HTML       string     `json:"html"`
	Body       *string    `json:"body,omitempty"` // to its writer
	State      string     `json:"state"`
	ReplyCount int64      `json:"reply_count"`
	CreatedAt  time.Time  `json:"created_at"`
	EditedAt   *time.Time `json:"edited_at"`
	Permalink  string     `json:"permalink"`
	Can        apiCan     `json:"can"`
}

type apiAuthor struct {
	Name string  `json:"name"`
	URL  *string `json:"url"`
}

// apiCan is what the one who asks may do with a comment.
type apiCan struct {
	EditUntil *time.Time `json:"edit_until"`
	Delete    bool       `json:"delete"`
	Reply     bool       `json:"reply"`
}

// own tells whether viewer wrote c; nobody ("") wrote nothing.
func own(c blog.Comment, viewer string) bool { return viewer != "" && c.Visitor == viewer }

// sees tells whether viewer may read the text of c: everyone a published one's, the writer their own held one's too. The
// store's pages draw the same line.
func sees(c blog.Comment, viewer string) bool {
	return c.State == blog.Published || c.State == blog.Pending && own(c, viewer)
}

// erased is c without anything that its writer said: what those get who may not read it. Both forms of every answer and
// push are made from it, so a text that is not there cannot be told by mistake.
func erased(c blog.Comment) blog.Comment {
	c.Name, c.URL, c.Email, c.Visitor, c.Body = "", "", "", "", ""
	c.EditedAt = time.Time{}
	return c
}

// apiView makes apiComments for one viewer.
type apiView struct {
	base     string // scheme and host before the permalinks; "" leaves them without
	html     func(blog.Comment) string
	now      time.Time
	post     blog.Post
	viewer   string // "" is everyone
	readOnly bool
}

func (v apiView) comment(c blog.Comment) apiComment {
	mine := own(c, v.viewer)
	open := sees(c, v.viewer)
	if !open {
		c = erased(c)
	}
	out := apiComment{
		ID: c.ID, Post: v.post.Slug, ParentID: optional(c.ParentID), Depth: c.Depth(), Seq: c.Seq, Rev: c.Rev, Version: c.Edits,
		State: stateName(c, mine), ReplyCount: c.Replies, CreatedAt: c.CreatedAt.UTC(), EditedAt: optionalTime(c.EditedAt),
		Permalink: v.base + commentPath(v.post, c.ID, ""),
	}
	if !open {
		return out
	}
	out.Author = &apiAuthor{Name: c.Name, URL: optional(c.URL)}
	out.HTML = v.html(c)
	out.Can.Reply = c.State == blog.Published && !v.readOnly
	if mine {
		out.Body = &c.Body
		if until := c.EditableUntil(); v.now.Before(until) {
			out.Can.Delete = true
			if !v.readOnly {
				out.Can.EditUntil = optionalTime(until)
			}
		}
	}
	return out
}

func (v apiView) all(cs []blog.Comment) []apiComment {
	out := make([]apiComment, 0, len(cs))
	for _, c := range cs {
		out = append(out, v.comment(c))
	}
	return out
}

// stateName is the state as it is told: others learn of what was taken away only that it was.
func stateName(c blog.Comment, mine bool) string {
	switch {
	case c.State == blog.Published, c.State == blog.Deleted, c.State == blog.Pending && mine:
		return string(c.State)
	}
	return string(blog.Hidden)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
