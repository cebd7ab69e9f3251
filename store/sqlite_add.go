package store

import (
	"context"
	"fmt"
	"time"

	"vang/blog"
)

const (
	insertSubmission = `INSERT INTO submissions (post_id, owner, key, fingerprint, comment_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`
	takeSeq = `UPDATE posts SET last_seq = last_seq + 1, last_rev = last_rev + 1, n_comments = n_comments + $2
		WHERE post_id = $1 RETURNING last_seq, last_rev`
	insertComment = `INSERT INTO comments (id, post_id, parent_id, path, newest, seq, rev, state, shown, name, url, email,
		visitor, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	countReply     = `UPDATE comments SET replies = replies + $2 WHERE id = $1`
	forgetOldKeys  = `DELETE FROM submissions WHERE created_at < $1`
	forgetSessions = `DELETE FROM sessions WHERE expiry <= $1`
)

// AddComment is blog.Comments'.
func (s *sqliteStore) AddComment(ctx context.Context, c blog.NewComment) (added blog.Added, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) (err error) {
		added, err = s.add(ctx, t, c)
		return err
	})
	if err != nil {
		return blog.Added{}, fmt.Errorf("add comment to %s: %w", c.PostID, err)
	}
	return added, nil
}

// add looks for an earlier answer first, so that a replay gets it also after the discussion was closed.
func (s *sqliteStore) add(ctx context.Context, t txn, c blog.NewComment) (blog.Added, error) {
	now := s.now()
	if earlier, found, err := t.answered(ctx, c); err != nil || found {
		return earlier, err
	}
	if earlier, found, err := t.repeated(ctx, c, now); err != nil || found {
		if err == nil && c.Key != "" {
			err = t.remember(ctx, c, c.Owner, otherKey+c.Fingerprint, earlier.Comment)
		}
		return earlier, err
	}
	stored, err := t.insert(ctx, c, now)
	if err == nil {
		err = t.remember(ctx, c, c.Owner, c.Fingerprint, stored)
	}
	if err == nil && c.Visitor != c.Owner {
		err = t.remember(ctx, c, c.Visitor, c.Fingerprint, stored) // their session will ask by this name
	}
	return blog.Added{Comment: stored, Outcome: blog.Created}, err
}

// remember keeps what answers c's key and words when owner sends them again.
func (t txn) remember(ctx context.Context, c blog.NewComment, owner, fingerprint string, stored blog.Comment) error {
	return t.exec(ctx, insertSubmission, c.PostID, owner, c.Key, fingerprint, stored.ID, toMicros(stored.CreatedAt))
}

func (t txn) insert(ctx context.Context, c blog.NewComment, now time.Time) (blog.Comment, error) {
	var readOnly bool
	if err := t.row(ctx, []any{&readOnly}, selectReadOnly, c.PostID); err != nil {
		return blog.Comment{}, orNotFound(err)
	}
	if readOnly {
		return blog.Comment{}, blog.E(blog.ReadOnly, nil)
	}
	above, err := t.parentKey(ctx, c)
	if err != nil {
		return blog.Comment{}, err
	}
	row := blog.Comment{
		ID: c.ID, PostID: c.PostID, ParentID: c.ParentID, State: c.State, Shown: c.State == blog.Published, Name: c.Name,
		URL: c.URL, Email: c.Email, Visitor: c.Visitor, Body: c.Body, CreatedAt: fromMicros(toMicros(now)),
	}
	published := 0
	if row.Shown {
		published = 1
	}
	if err := t.row(ctx, []any{&row.Seq, &row.Rev}, takeSeq, c.PostID, published); err != nil {
		return blog.Comment{}, err
	}
	row.Key = above.Child(row.Seq)
	return row, t.insertRow(ctx, row)
}

// parentKey returns the place under which c stands. Only what is published may be replied to.
func (t txn) parentKey(ctx context.Context, c blog.NewComment) (blog.Key, error) {
	if c.ParentID == "" {
		return "", nil
	}
	parent, err := t.comment(ctx, selectComment, c.ParentID)
	switch {
	case blog.KindOf(err) == blog.NotFound || (err == nil && parent.PostID != c.PostID):
		return "", blog.Invalid("parent", "unknown")
	case err != nil:
		return "", err
	case parent.State != blog.Published:
		return "", blog.Invalid("parent", "deleted")
	}
	return parent.Key, nil
}

func (t txn) insertRow(ctx context.Context, c blog.Comment) error {
	err := t.exec(ctx, insertComment, c.ID, c.PostID, c.ParentID, c.Key.Bytes(), newestKey(c.Key), c.Seq, c.Rev,
		string(c.State), c.Shown, c.Name, c.URL, c.Email, c.Visitor, c.Body, toMicros(c.CreatedAt))
	if err != nil || c.ParentID == "" || !c.Shown {
		return err
	}
	return t.exec(ctx, countReply, c.ParentID, 1)
}

// sweep removes what has expired.
func (s *sqliteStore) sweep(ctx context.Context, t txn) error {
	now := s.now()
	if err := t.exec(ctx, forgetOldKeys, toMicros(now.Add(-keysKept))); err != nil {
		return err
	}
	return t.exec(ctx, forgetSessions, toMicros(now))
}
