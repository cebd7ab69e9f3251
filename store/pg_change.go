package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

// thread is a comment and those above it, as one statement read them, and what a change makes of them. Nothing of that is in
// the database until storeThread is carried out.
type thread struct {
	spot
	was, is       numbers
	comment       *blog.Comment
	rows          map[int64]*blog.Comment // by seq: the comment, those above it, its parent
	before, after []byte                  // the paths of the next that are shown, those above left out
	changed       []*blog.Comment
	now           time.Time
}

// spot is where a comment stands. That never changes.
type spot struct {
	postID string
	key    blog.Key
	seq    int64
	parent int64 // seq of what it replies to, 0 for a root; not above it if that stands as deep as may be
}

const (
	selectSpot = `SELECT c.post_id, c.path, c.seq, coalesce(p.seq, 0) FROM comments c
		LEFT JOIN comments p ON p.id = c.parent_id WHERE c.id = $1`

	// selectThread finds the comments with the seqs $2, the discussion's numbers, and the next shown path after and before $3;
	// those with the seqs $4, which lie around it, are no neighbours.
	selectThread = `
SELECT last_seq, last_rev, n_comments, read_only,
       coalesce((SELECT path FROM comments WHERE post_id = $1 AND shown = TRUE AND path > $3 ORDER BY path LIMIT 1), ''::bytea),
       coalesce((SELECT path FROM comments WHERE post_id = $1 AND shown = TRUE AND path < $3 AND seq <> ALL ($4::bigint[])
                  ORDER BY path DESC LIMIT 1), ''::bytea), ` + commentColumns + `
  FROM posts JOIN comments USING (post_id) WHERE post_id = $1 AND seq = ANY ($2::bigint[])`

	// storeThread changes comments. Of the texts, those that are NULL stay.
	storeThread = `
WITH lk AS (SELECT post_id FROM posts WHERE post_id = $1 FOR UPDATE),
     p AS (UPDATE posts SET last_rev = $3, n_comments = $4
            WHERE post_id = $1 AND last_rev = $2 AND (SELECT count(*) FROM lk) = 1 RETURNING post_id),
     c AS (UPDATE comments
              SET rev = u.rev, state = u.state, shown = u.shown, edits = u.edits, replies = u.replies, edited_at = u.edited_at,
                  name = coalesce(u.name, comments.name), url = coalesce(u.url, comments.url),
                  email = coalesce(u.email, comments.email), body = coalesce(u.body, comments.body)
             FROM p, unnest($5::bigint[], $6::bigint[], $7::text[], $8::bool[], $9::bigint[], $10::bigint[], $11::bigint[],
                  $12::text[], $13::text[], $14::text[], $15::text[])
               AS u (seq, rev, state, shown, edits, replies, edited_at, name, url, email, body)
            WHERE comments.post_id = p.post_id AND comments.seq = u.seq
           RETURNING 1)
SELECT count(*) FROM p`

	setReadOnly = `
WITH lk AS (SELECT post_id FROM posts WHERE post_id = $1 FOR UPDATE),
     p AS (UPDATE posts SET read_only = $2, last_rev = last_rev + 1, state_rev = last_rev + 1
            WHERE post_id = $1 AND last_rev = $3 AND (SELECT count(*) FROM lk) = 1
           RETURNING post_id, last_rev, state_rev, n_comments, read_only),
     s AS (SELECT epoch FROM site WHERE id = 1)
SELECT p.post_id, s.epoch, p.last_rev, p.state_rev, p.n_comments, p.read_only FROM p, s`
)

// EditComment is blog.Comments'.
func (s *pgStore) EditComment(ctx context.Context, ch blog.Change, body string) (blog.Comment, error) {
	c, err := s.change(ctx, ch.ID, func(t *thread) error {
		if !storable([]any{body}) {
			return errNoText()
		}
		return t.edit(ch, body)
	})
	if err != nil {
		return blog.Comment{}, fmt.Errorf("edit comment %s: %w", ch.ID, err)
	}
	return c, nil
}

// MoveComment is blog.Comments'.
func (s *pgStore) MoveComment(ctx context.Context, ch blog.Change, to blog.State) (blog.Comment, error) {
	c, err := s.change(ctx, ch.ID, func(t *thread) error { return t.move(ch, to) })
	if err != nil {
		return blog.Comment{}, fmt.Errorf("move comment %s to %s: %w", ch.ID, to, err)
	}
	return c, nil
}

// change has f change the comment with this id. Should the outcome of a try be unknown, f finds the comment as it wants it,
// or as it was.
func (s *pgStore) change(ctx context.Context, id string, f func(*thread) error) (c blog.Comment, err error) {
	at, err := s.spot(ctx, id)
	if err != nil {
		return blog.Comment{}, err
	}
	err = s.writer.do(ctx, at.postID, &pgJob{alone: func(ctx context.Context) error {
		now := s.now() // of the first try: an answer that was lost must not become "too late"
		return s.write(ctx, "change comment "+id, func(ctx context.Context, conn *pgx.Conn) error {
			return inTurn(ctx, conn, at.postID, func() error {
				t, err := readThread(ctx, conn, at)
				if err != nil {
					return err
				}
				t.now = now
				if err = f(t); err == nil && len(t.changed) > 0 {
					err = storeIf(ctx, conn, storeThread, t.args()...)
				}
				c = *t.comment
				return err
			})
		})
	}})
	return c, err
}

// SetReadOnly is Store's.
func (s *pgStore) SetReadOnly(ctx context.Context, postID string, readOnly bool) (head blog.Head, err error) {
	if !storable([]any{postID}) {
		return blog.Head{}, blog.E(blog.NotFound, nil)
	}
	err = s.writer.do(ctx, postID, &pgJob{alone: func(ctx context.Context) error {
		return s.write(ctx, "close or open the discussion of "+postID, func(ctx context.Context, c *pgx.Conn) error {
			return inTurn(ctx, c, postID, func() error {
				err := c.QueryRow(ctx, selectHead+`= $1`, postID).Scan(headFields(&head)...)
				if err != nil || head.ReadOnly == readOnly {
					return orNotFound(err)
				}
				err = c.QueryRow(ctx, setReadOnly, postID, readOnly, head.Rev).Scan(headFields(&head)...)
				if errors.Is(err, sql.ErrNoRows) {
					return errAgain
				}
				return err
			})
		})
	}})
	if err != nil {
		return blog.Head{}, fmt.Errorf("close or open the discussion of %s: %w", postID, err)
	}
	return head, nil
}

func (s *pgStore) spot(ctx context.Context, id string) (at spot, err error) {
	err = s.single(ctx, "find comment "+id, func(ctx context.Context, t txn) error {
		var path []byte
		err := t.row(ctx, []any{&at.postID, &path, &at.seq, &at.parent}, selectSpot, id)
		at.key = blog.KeyFromBytes(path)
		return orNotFound(err)
	})
	return at, err
}

// readThread reads what a change at a spot needs.
func readThread(ctx context.Context, c *pgx.Conn, at spot) (*thread, error) {
	above := append([]int64{}, seqsAbove(at.key)...) // for a root empty, not NULL: nothing is different from all of NULL
	rows, err := c.Query(ctx, selectThread, at.postID, append(slices.Clone(above), at.seq, at.parent), at.key.Bytes(), above)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := &thread{spot: at, rows: map[int64]*blog.Comment{}}
	for rows.Next() {
		var row commentRow
		fields := []any{&t.was.seq, &t.was.rev, &t.was.count, &t.was.readOnly, &t.after, &t.before}
		if err := rows.Scan(append(fields, row.fields()...)...); err != nil {
			return nil, err
		}
		found := row.comment()
		t.rows[found.Seq] = &found
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	t.is, t.comment = t.was, t.rows[at.seq]
	if t.comment == nil { // another database was put in the place of this one
		return nil, blog.E(blog.NotFound, nil)
	}
	return t, nil
}

// edit lets the same text pass before it looks at the version: an edit that is sent twice has succeeded (RFC 9110, 13.1.1).
func (t *thread) edit(ch blog.Change, body string) error {
	c := t.comment
	if c.State == blog.Deleted || withdrawn(*c) && !ch.Moderator {
		return blog.E(blog.Gone, nil)
	}
	if err := allowed(*c, ch, t.now); err != nil {
		return err
	}
	switch {
	case t.was.readOnly && !ch.Moderator:
		return blog.E(blog.ReadOnly, nil)
	case c.Body == body:
		return nil
	case stale(*c, ch):
		return blog.E(blog.PreconditionFailed, nil)
	}
	c.Body, c.Edits, c.EditedAt = body, c.Edits+1, fromMicros(toMicros(t.now))
	t.stamp(c)
	return nil
}

func (t *thread) move(ch blog.Change, to blog.State) error {
	c := t.comment
	if err := movable(*c, ch, to, t.now); err != nil {
		return err
	}
	if c.State == to {
		return nil
	}
	if stale(*c, ch) {
		return blog.E(blog.PreconditionFailed, nil)
	}
	t.settle(to)
	return nil
}

// settle gives the comment its new state and, where something appears or disappears for everyone, those above it theirs.
func (t *thread) settle(to blog.State) {
	c := t.comment
	published := isPublished(to) - isPublished(c.State)
	wasShown := c.Shown
	c.State = to
	if to == blog.Deleted {
		c.Name, c.URL, c.Email, c.Body = "", "", "", ""
	}
	c.Shown = t.shown(c)
	t.stamp(c)
	t.is.count += published
	if parent := t.rows[t.parent]; parent != nil && published != 0 {
		parent.Replies += published
		t.change(parent)
	}
	if c.Shown != wasShown {
		t.settleAbove()
	}
}

// settleAbove walks from the comment towards the root. Whatever stands above something shown is shown itself, so the first
// row that needs no change ends the walk. Each changed row takes a rev of its own.
func (t *thread) settleAbove() {
	seqs := seqsAbove(t.key)
	for i := len(seqs) - 1; i >= 0; i-- {
		above := t.rows[seqs[i]]
		shown := t.comment.Shown || t.shown(above)
		if shown == above.Shown {
			return
		}
		above.Shown = shown
		t.stamp(above)
	}
}

// shown tells whether everyone sees something in c's place, leaving aside those between it and the changed comment: c
// itself, or its trace where something shown stands below. Whatever is below c lies next to it in the order of paths, and if
// anything shown is, so is one of the two nearest.
func (t *thread) shown(c *blog.Comment) bool {
	path := c.Key.Bytes()
	return c.State == blog.Published || bytes.HasPrefix(t.after, path) || bytes.HasPrefix(t.before, path)
}

// stamp gives c the next rev.
func (t *thread) stamp(c *blog.Comment) {
	t.is.rev++
	c.Rev = t.is.rev
	t.change(c)
}

func (t *thread) change(c *blog.Comment) {
	if !slices.Contains(t.changed, c) {
		t.changed = append(t.changed, c)
	}
}

// args are those of storeThread.
func (t *thread) args() []any {
	rows := t.changed
	text := func(of func(c *blog.Comment) *string) []*string {
		return column(rows, func(c *blog.Comment) *string {
			if c != t.comment {
				return nil // nobody else's change
			}
			return of(c)
		})
	}
	return []any{
		t.postID, t.was.rev, t.is.rev, t.is.count,
		column(rows, func(c *blog.Comment) int64 { return c.Seq }),
		column(rows, func(c *blog.Comment) int64 { return c.Rev }),
		column(rows, func(c *blog.Comment) string { return string(c.State) }),
		column(rows, func(c *blog.Comment) bool { return c.Shown }),
		column(rows, func(c *blog.Comment) int64 { return c.Edits }),
		column(rows, func(c *blog.Comment) int64 { return c.Replies }),
		column(rows, func(c *blog.Comment) int64 { return microsOrNever(c.EditedAt) }),
		text(func(c *blog.Comment) *string { return &c.Name }),
		text(func(c *blog.Comment) *string { return &c.URL }),
		text(func(c *blog.Comment) *string { return &c.Email }),
		text(func(c *blog.Comment) *string { return &c.Body }),
	}
}

// microsOrNever is toMicros where the zero time, which is never, is 0.
func microsOrNever(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return toMicros(t)
}
