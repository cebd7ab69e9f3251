package blog

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// State says who may see a comment.
type State string

// The states of a comment. Only a published one is seen by everyone; an erased row stays so that cursors and threads hold.
const (
	Published State = "published"
	Pending   State = "pending" // held for a moderator; its writer sees it
	Spam      State = "spam"
	Hidden    State = "hidden"  // by a moderator; text kept
	Deleted   State = "deleted" // erased: no text, no name
)

// Comment is one row of a discussion as it now stands.
type Comment struct {
	ID       string
	PostID   string
	ParentID string // "" for a root
	Key      Key    // its place in the thread
	Seq      int64  // number within the post, given at creation
	Rev      int64  // the post's counter at this comment's last change
	State    State
	// Shown tells whether everyone sees something in this place: the comment, or the tombstone of one that has replies.
	Shown     bool
	Name      string
	URL       string // "" or an http(s) address
	Email     string // never leaves the server
	Visitor   string // who wrote it; never leaves the server
	Body      string // Markdown as it was written
	Edits     int64  // edit version, 0 at creation
	Replies   int64  // published direct replies
	CreatedAt time.Time
	EditedAt  time.Time // zero if never
}

// Tombstone tells whether only the trace of the comment is shown.
func (c Comment) Tombstone() bool { return c.Shown && c.State != Published }

// EditableUntil returns the end of the window in which the writer may edit and delete.
func (c Comment) EditableUntil() time.Time { return c.CreatedAt.Add(EditWindow) }

// Depth is 0 for a root.
func (c Comment) Depth() int { return c.Key.Depth() }

// Key is a comment's place in its thread: the seqs from its root down to itself, joined by dots ("3.12.40").
// "" is no place. Keys order a thread by the numeric order of their parts.
type Key string

// MaxDepth is the number of levels of a thread; a reply to the deepest stands beside it.
const MaxDepth = 12

const keySegment = 4 // bytes of one seq in Bytes

// ParseKey checks s, which a stranger may have sent.
func ParseKey(s string) (Key, bool) {
	if s == "" {
		return "", true
	}
	parts := strings.Split(s, ".")
	if len(parts) > MaxDepth {
		return "", false
	}
	for _, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil || n == 0 || p[0] == '0' || p[0] == '+' {
			return "", false
		}
	}
	return Key(s), true
}

// Child returns the key of a reply with number seq.
func (k Key) Child(seq int64) Key {
	n := strconv.FormatInt(seq, 10)
	if k == "" {
		return Key(n)
	}
	parts := strings.Split(string(k), ".")
	if len(parts) >= MaxDepth {
		parts = parts[:MaxDepth-1]
	}
	return Key(strings.Join(parts, ".") + "." + n)
}

// Depth is 0 for a root's key.
func (k Key) Depth() int { return strings.Count(string(k), ".") }

// Root is the seq of the thread's first comment, 0 for no key.
func (k Key) Root() int64 {
	first, _, _ := strings.Cut(string(k), ".")
	n, _ := strconv.ParseInt(first, 10, 64)
	return n
}

// Bytes is the key as four big-endian bytes a level, so that bytewise order is thread order in every database.
func (k Key) Bytes() []byte {
	if k == "" {
		return []byte{}
	}
	parts := strings.Split(string(k), ".")
	b := make([]byte, 0, keySegment*len(parts))
	for _, p := range parts {
		n, _ := strconv.ParseUint(p, 10, 32)
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b
}

// KeyFromBytes is the inverse of Bytes.
func KeyFromBytes(b []byte) Key {
	var s strings.Builder
	for i := 0; i+keySegment <= len(b); i += keySegment {
		if i > 0 {
			s.WriteByte('.')
		}
		s.WriteString(strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[i:])), 10))
	}
	return Key(s.String())
}

// Order is the order in which a discussion is read.
type Order string

// Oldest is thread order; Newest has the newest root first and each thread below its root in thread order.
const (
	Oldest Order = "oldest"
	Newest Order = "newest"
)

// Compare tells whether a stands before (-1), at (0) or after (1) b in order o.
func (o Order) Compare(a, b Key) int {
	if o == Newest {
		if ra, rb := a.Root(), b.Root(); ra != rb {
			if ra > rb {
				return -1
			}
			return 1
		}
	}
	return strings.Compare(string(a.Bytes()), string(b.Bytes()))
}
