package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"vang/blog"
)

const (
	commentColumns = `id, post_id, parent_id, path, seq, rev, state, shown, name, url, email, visitor, body, edits, replies,
		created_at, edited_at`
	selectComment = `SELECT ` + commentColumns + ` FROM comments WHERE id = $1`
	selectBySeq   = `SELECT ` + commentColumns + ` FROM comments WHERE post_id = $1 AND seq = $2`
	selectHead    = `SELECT p.post_id, s.epoch, p.last_rev, p.state_rev, p.n_comments, p.read_only
		FROM posts p, site s WHERE s.id = 1 AND p.post_id `
)

// commentRow takes commentColumns.
type commentRow struct {
	blog.Comment
	path            []byte
	created, edited int64
}

func (c *commentRow) fields() []any {
	return []any{
		&c.ID, &c.PostID, &c.ParentID, &c.path, &c.Seq, &c.Rev, &c.State, &c.Shown, &c.Name, &c.URL, &c.Email, &c.Visitor,
		&c.Body, &c.Edits, &c.Replies, &c.created, &c.edited,
	}
}

func (c *commentRow) comment() blog.Comment {
	c.Key = blog.KeyFromBytes(c.path)
	c.CreatedAt, c.EditedAt = fromMicros(c.created), fromMicros(c.edited)
	return c.Comment
}

// comment reads one comment by a text that finds one; NotFound if there is none.
func (t txn) comment(ctx context.Context, text string, args ...any) (blog.Comment, error) {
	var c commentRow
	err := t.row(ctx, c.fields(), text, args...)
	return c.comment(), orNotFound(err)
}

// comments reads what text finds.
func (t txn) comments(ctx context.Context, text string, args ...any) ([]blog.Comment, error) {
	var list []blog.Comment
	err := t.rows(ctx, func(row scanner) error {
		var c commentRow
		err := row.Scan(c.fields()...)
		list = append(list, c.comment())
		return err
	}, text, args...)
	return list, err
}

func (t txn) head(ctx context.Context, postID string) (blog.Head, error) {
	var h blog.Head
	err := t.row(ctx, headFields(&h), selectHead+`= $1`, postID)
	return h, orNotFound(err)
}

func headFields(h *blog.Head) []any {
	return []any{&h.PostID, &h.Epoch, &h.Rev, &h.StateRev, &h.Count, &h.ReadOnly}
}

func orNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return blog.E(blog.NotFound, nil)
	}
	return err
}

// orNone takes that there is no row for an answer.
func orNone(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// newestKey is the key in the form whose bytewise order is blog.Newest.
func newestKey(k blog.Key) []byte {
	if k == "" {
		return []byte{}
	}
	b := binary.BigEndian.AppendUint32(nil, math.MaxUint32-uint32(k.Root()))
	return append(b, k.Bytes()...)
}

// below returns the bounds between which, both left out, the paths under k lie. No seq reaches the four bytes of the upper.
func below(k blog.Key) (from, to []byte) {
	b := k.Bytes()
	return b, append(k.Bytes(), 0xff, 0xff, 0xff, 0xff)
}

func toMicros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
