package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"vang/blog"
)

// How many comments an answer of the list holds.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// changesLimit is the most changes that one answer, or one push to an open page, carries; who is further behind begins anew.
const changesLimit = 200

// listCursor is the place where the next page of a list begins. Its text is opaque to clients: it holds the order, so that
// a page of one order is never continued in the other, the post, and the epoch, since after a restore keys may mean others.
type listCursor struct {
	order blog.Order
	post  string // postMark of the post's id
	epoch string
	from  blog.Key
}

func (c listCursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{string(c.order), c.post, c.epoch, string(c.from)}, "|")))
}

// parseListCursor reads what String wrote; ok is false for anything else.
func parseListCursor(s string) (c listCursor, ok bool) {
	if len(s) > 400 {
		return listCursor{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return listCursor{}, false
	}
	parts := strings.Split(string(raw), "|")
	if len(parts) != 4 {
		return listCursor{}, false
	}
	c = listCursor{order: blog.Order(parts[0]), post: parts[1], epoch: parts[2]}
	key, keyOK := blog.ParseKey(parts[3])
	_, epochOK := blog.ParseCursor(c.epoch + ".0")
	if !keyOK || key == "" || !epochOK || (c.order != blog.Oldest && c.order != blog.Newest) || len(c.post) != markLength {
		return listCursor{}, false
	}
	c.from = key
	return c, true
}

const markLength = 8

// postMark is a short hash of a post's id: enough to see that a cursor belongs to another post.
func postMark(postID string) string {
	sum := sha256.Sum256([]byte(postID))
	return hex.EncodeToString(sum[:])[:markLength]
}

// listQuery is what a list request asks for.
type listQuery struct {
	slug   string
	order  blog.Order
	limit  int
	cursor *listCursor
	since  *blog.Cursor
}

// parseListQuery reads the query of a list; all that is wrong with it is told at once.
func parseListQuery(q url.Values) (listQuery, error) {
	lq := listQuery{slug: q.Get("post"), order: blog.Oldest, limit: defaultLimit}
	var errs []blog.FieldError
	fail := func(parameter, code string) {
		errs = append(errs, blog.FieldError{Field: "?" + parameter, Code: code})
	}
	if lq.slug == "" {
		fail("post", "required")
	}
	lq.parseWhere(q, fail)
	switch sort := q.Get("sort"); {
	case sort == "top":
		fail("sort", "comes-with-reactions")
	case sort == "" && lq.cursor != nil:
		lq.order = lq.cursor.order
	case sort == string(blog.Oldest), sort == string(blog.Newest):
		lq.order = blog.Order(sort)
		if lq.cursor != nil && lq.cursor.order != lq.order {
			fail("cursor", "of-another-order")
		}
	case sort != "":
		fail("sort", "unknown")
	}
	if l := q.Get("limit"); l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > maxLimit {
			fail("limit", "out-of-range")
		}
		lq.limit = n
	}
	if len(errs) > 0 {
		return listQuery{}, &blog.Error{Kind: blog.Malformed, Fields: errs}
	}
	return lq, nil
}

func (lq *listQuery) parseWhere(q url.Values, fail func(parameter, code string)) {
	if s := q.Get("cursor"); s != "" {
		c, ok := parseListCursor(s)
		if !ok {
			fail("cursor", "not-a-cursor")
		}
		if ok {
			lq.cursor = &c
		}
	}
	if !q.Has("since") {
		return
	}
	c, ok := blog.ParseCursor(q.Get("since"))
	switch {
	case !ok:
		fail("since", "not-a-cursor")
	case lq.cursor != nil:
		fail("since", "not-with-cursor")
	default:
		lq.since = &c
	}
}
