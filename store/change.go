package store

import (
	"fmt"
	"time"

	"vang/blog"
)

// withdrawn tells whether a moderator took c away from its writer too. What they may still do is erase it.
func withdrawn(c blog.Comment) bool { return c.State == blog.Hidden || c.State == blog.Spam }

// allowed checks who may change c and until when.
func allowed(c blog.Comment, ch blog.Change, now time.Time) error {
	switch {
	case ch.Moderator:
		return nil
	case ch.Visitor == "" || ch.Visitor != c.Visitor:
		return blog.E(blog.Forbidden, nil)
	case !now.Before(c.CreatedAt.Add(ch.Window)):
		return blog.E(blog.EditWindowClosed, nil)
	}
	return nil
}

func stale(c blog.Comment, ch blog.Change) bool {
	return ch.Version != blog.AnyVersion && ch.Version != c.Edits
}

// movable checks what only one who may change c can be told. A writer may delete, nothing else; that their comment is
// erased already they hear also when the window has closed.
func movable(c blog.Comment, ch blog.Change, to blog.State, now time.Time) error {
	switch to {
	case blog.Published, blog.Pending, blog.Spam, blog.Hidden, blog.Deleted:
	default:
		return blog.E(blog.Malformed, fmt.Errorf("no such state: %q", to))
	}
	own := ch.Visitor != "" && ch.Visitor == c.Visitor
	switch {
	case c.State == blog.Deleted && to != blog.Deleted:
		return blog.E(blog.Gone, nil)
	case !ch.Moderator && to != blog.Deleted:
		return blog.E(blog.Forbidden, nil)
	case own && c.State == blog.Deleted:
		return nil
	}
	return allowed(c, ch, now)
}

func isPublished(s blog.State) int64 {
	if s == blog.Published {
		return 1
	}
	return 0
}
