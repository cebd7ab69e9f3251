package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"vang/blog"
)

const (
	takeRev     = `UPDATE posts SET last_rev = last_rev + 1, n_comments = n_comments + $2 WHERE post_id = $1 RETURNING last_rev`
	updateBody  = `UPDATE comments SET body = $3, edits = $4, edited_at = $5, rev = $6 WHERE post_id = $1 AND seq = $2`
	updateState = `UPDATE comments SET state = $3, shown = $4, rev = $5, name = $6, url = $7, email = $8, body = $9
		WHERE post_id = $1 AND seq = $2`
	updateShown = `UPDATE comments SET shown = $3, rev = $4 WHERE post_id = $1 AND seq = $2`
	selectBelow = `SELECT seq FROM comments WHERE post_id = $1 AND shown = TRUE AND path > $2 AND path < $3 LIMIT 1`
)

// EditComment is blog.Comments'.
func (s *sqliteStore) EditComment(ctx context.Context, ch blog.Change, body string) (c blog.Comment, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) (err error) {
		c, err = s.edit(ctx, t, ch, body)
		return err
	})
	if err != nil {
		return blog.Comment{}, fmt.Errorf("edit comment %s: %w", ch.ID, err)
	}
	return c, nil
}

// edit lets the same text pass before it looks at the version: an edit that is sent twice has succeeded (RFC 9110, 13.1.1).
func (s *sqliteStore) edit(ctx context.Context, t txn, ch blog.Change, body string) (blog.Comment, error) {
	c, err := t.comment(ctx, selectComment, ch.ID)
	if err != nil {
		return blog.Comment{}, err
	}
	if c.State == blog.Deleted || withdrawn(c) && !ch.Moderator {
		return blog.Comment{}, blog.E(blog.Gone, nil)
	}
	now := s.now()
	if err := allowed(c, ch, now); err != nil {
		return blog.Comment{}, err
	}
	if err := t.open(ctx, c.PostID, ch); err != nil {
		return blog.Comment{}, err
	}
	if c.Body == body {
		return c, nil
	}
	if stale(c, ch) {
		return blog.Comment{}, blog.E(blog.PreconditionFailed, nil)
	}
	c.Body, c.Edits, c.EditedAt = body, c.Edits+1, fromMicros(toMicros(now))
	if c.Rev, err = t.nextRev(ctx, c.PostID, 0); err != nil {
		return blog.Comment{}, err
	}
	err = t.exec(ctx, updateBody, c.PostID, c.Seq, c.Body, c.Edits, toMicros(now), c.Rev)
	return c, err
}

// open checks that the discussion may be written in; a moderator may always.
func (t txn) open(ctx context.Context, postID string, ch blog.Change) error {
	if ch.Moderator {
		return nil
	}
	var readOnly bool
	err := t.row(ctx, []any{&readOnly}, selectReadOnly, postID)
	if err == nil && readOnly {
		return blog.E(blog.ReadOnly, nil)
	}
	return err
}

func (t txn) nextRev(ctx context.Context, postID string, published int64) (rev int64, err error) {
	err = t.row(ctx, []any{&rev}, takeRev, postID, published)
	return rev, err
}

// MoveComment is blog.Comments'.
func (s *sqliteStore) MoveComment(ctx context.Context, ch blog.Change, to blog.State) (c blog.Comment, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) (err error) {
		c, err = s.move(ctx, t, ch, to)
		return err
	})
	if err != nil {
		return blog.Comment{}, fmt.Errorf("move comment %s to %s: %w", ch.ID, to, err)
	}
	return c, nil
}

func (s *sqliteStore) move(ctx context.Context, t txn, ch blog.Change, to blog.State) (blog.Comment, error) {
	c, err := t.comment(ctx, selectComment, ch.ID)
	if err != nil {
		return blog.Comment{}, err
	}
	if err := movable(c, ch, to, s.now()); err != nil {
		return blog.Comment{}, err
	}
	if c.State == to {
		return c, nil
	}
	if stale(c, ch) {
		return blog.Comment{}, blog.E(blog.PreconditionFailed, nil)
	}
	return t.settle(ctx, c, to)
}

// settle gives c its new state and, where something appears or disappears for everyone, those above it theirs.
func (t txn) settle(ctx context.Context, c blog.Comment, to blog.State) (_ blog.Comment, err error) {
	published := isPublished(to) - isPublished(c.State)
	wasShown := c.Shown
	c.State = to
	if to == blog.Deleted {
		c.Name, c.URL, c.Email, c.Body = "", "", "", ""
	}
	if c.Shown, err = t.shown(ctx, c); err != nil {
		return c, err
	}
	if c.Rev, err = t.nextRev(ctx, c.PostID, published); err != nil {
		return c, err
	}
	if err = t.exec(ctx, updateState, c.PostID, c.Seq, string(c.State), c.Shown, c.Rev, c.Name, c.URL, c.Email, c.Body); err != nil {
		return c, err
	}
	if published != 0 && c.ParentID != "" {
		if err = t.exec(ctx, countReply, c.ParentID, published); err != nil {
			return c, err
		}
	}
	if c.Shown != wasShown {
		err = t.settleAbove(ctx, c)
	}
	return c, err
}

// shown tells whether everyone sees something in c's place: c itself, or its trace where something shown stands below.
func (t txn) shown(ctx context.Context, c blog.Comment) (bool, error) {
	if c.State == blog.Published {
		return true, nil
	}
	from, to := below(c.Key)
	var seq int64
	err := t.row(ctx, []any{&seq}, selectBelow, c.PostID, from, to)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// settleAbove walks from c towards the root. Whatever stands above something shown is shown itself, so the first row that
// needs no change ends the walk. Each changed row takes a rev of its own.
func (t txn) settleAbove(ctx context.Context, c blog.Comment) error {
	seqs := seqsAbove(c.Key)
	for i := len(seqs) - 1; i >= 0; i-- {
		above, err := t.comment(ctx, selectBySeq, c.PostID, seqs[i])
		if err != nil {
			return err
		}
		shown, err := t.shown(ctx, above)
		if err != nil || shown == above.Shown {
			return err
		}
		rev, err := t.nextRev(ctx, c.PostID, 0)
		if err != nil {
			return err
		}
		if err := t.exec(ctx, updateShown, c.PostID, above.Seq, shown, rev); err != nil {
			return err
		}
	}
	return nil
}
