package blog

import (
	"strconv"
	"strings"
)

// Cursor is a point in a post's history: everything up to Rev has been seen, in the database's life called Epoch.
// Its text form is "<epoch>.<rev>".
type Cursor struct {
	Epoch string
	Rev   int64
}

func (c Cursor) String() string { return c.Epoch + "." + strconv.FormatInt(c.Rev, 10) }

// ParseCursor reads the text form; ok is false for what is none.
func ParseCursor(s string) (c Cursor, ok bool) {
	epoch, rev, found := strings.Cut(s, ".")
	if !found || epoch == "" || len(epoch) > 32 || len(rev) > 18 {
		return Cursor{}, false
	}
	for _, r := range epoch {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return Cursor{}, false
		}
	}
	n, err := strconv.ParseUint(rev, 10, 63)
	if err != nil || (len(rev) > 1 && rev[0] == '0') || strings.HasPrefix(rev, "+") {
		return Cursor{}, false
	}
	return Cursor{Epoch: epoch, Rev: int64(n)}, true
}

// Head is where a post's discussion now stands.
type Head struct {
	PostID   string
	Epoch    string
	Rev      int64 // of the last change
	StateRev int64 // of the last change to the discussion itself: closed, opened
	Count    int64 // published comments
	ReadOnly bool
}

// Cursor is the point at which a reader of this head stands.
func (h Head) Cursor() Cursor { return Cursor{Epoch: h.Epoch, Rev: h.Rev} }

// PageSize is the number of comments on one page of a discussion.
const PageSize = 50

// PageQuery asks for one page of a discussion. At most one of From, Until and At is set; none is the first page.
type PageQuery struct {
	PostID  string
	Order   Order
	From    Key    // the page that begins with this key or the first after it
	Until   Key    // the page that ends just before this key
	At      string // the page on which the comment with this id stands
	Limit   int    // comments; PageSize if 0
	Visitor string // also sees their own held comments; "" for nobody
}

// Page is one page of a discussion: the comments whose keys lie in the half-open window [From, Until), read in one
// snapshot with Head. An empty bound is open: nothing stands before From, or after Until.
type Page struct {
	Head     Head
	Order    Order
	Comments []Comment
	From     Key
	Until    Key
}

// Changes is what changed after a cursor: the current state of each changed comment, in the order of rev, erased and held
// ones included, read in one snapshot with Head.
type Changes struct {
	Head     Head
	Comments []Comment
	// TooMany says that more changed than was asked for; Comments is then empty and the reader loads the list anew. Who stands at
	// Floor or after it has no more than that to catch up with.
	TooMany bool
	Floor   int64
}
