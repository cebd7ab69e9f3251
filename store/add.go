package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"vang/blog"
)

// keysKept is how long a key's answer is remembered; the promise is a day.
const keysKept = 48 * time.Hour

// otherKey stands before the fingerprint of a key that did not make its comment: its words were here already.
const otherKey = "again:"

const (
	selectKey   = `SELECT fingerprint, comment_id FROM submissions WHERE post_id = $1 AND owner = $2 AND key = $3 AND key <> ''`
	selectWords = `SELECT s.comment_id FROM submissions s JOIN comments c ON c.id = s.comment_id
		WHERE s.post_id = $1 AND s.owner = $2 AND s.fingerprint = $3 AND s.created_at > $4 AND c.state <> 'deleted'
		ORDER BY s.created_at DESC LIMIT 1`
	selectReadOnly = `SELECT read_only FROM posts WHERE post_id = $1`
)

// EarlierComment is blog.Comments'.
func (r *reads) EarlierComment(ctx context.Context, c blog.NewComment) (earlier blog.Added, found bool, err error) {
	err = r.snapshot(ctx, "look for an earlier comment on "+c.PostID, func(ctx context.Context, t txn) (err error) {
		if earlier, found, err = t.answered(ctx, c); err == nil && !found {
			earlier, found, err = t.repeated(ctx, c, r.now())
		}
		return err
	})
	return earlier, found, err
}

// owners are those under whom what c repeats may stand.
func owners(c blog.NewComment) []string {
	if c.FormerOwner == "" {
		return []string{c.Owner}
	}
	return []string{c.Owner, c.FormerOwner}
}

// answered finds the comment that the same key was answered with, as it now stands.
func (t txn) answered(ctx context.Context, c blog.NewComment) (added blog.Added, found bool, err error) {
	if c.Key == "" {
		return blog.Added{}, false, nil
	}
	var fingerprint, id string
	found, err = t.ofOwners(ctx, c, []any{&fingerprint, &id}, selectKey, c.Key)
	if err != nil || !found {
		return blog.Added{}, false, err
	}
	switch fingerprint {
	case c.Fingerprint:
		added.Outcome = blog.Replayed
	case otherKey + c.Fingerprint:
		added.Outcome = blog.Duplicated
	default:
		return blog.Added{}, false, blog.E(blog.IdempotencyMismatch, nil)
	}
	added.Comment, err = t.comment(ctx, selectComment, id)
	return added, true, err
}

// ofOwners reads into dest what text finds for the first of c's owners who has any. One query for both could not walk an
// index in its order.
func (t txn) ofOwners(ctx context.Context, c blog.NewComment, dest []any, text string, args ...any) (found bool, err error) {
	for _, owner := range owners(c) {
		err := t.row(ctx, dest, text, append([]any{c.PostID, owner}, args...)...)
		if !errors.Is(err, sql.ErrNoRows) {
			return err == nil, err
		}
	}
	return false, nil
}

// repeated finds the same words of the same owner within c.Dedupe. A comment that its writer has deleted is not in the way
// of the same words again.
func (t txn) repeated(ctx context.Context, c blog.NewComment, now time.Time) (added blog.Added, found bool, err error) {
	if c.Dedupe <= 0 {
		return blog.Added{}, false, nil
	}
	var id string
	found, err = t.ofOwners(ctx, c, []any{&id}, selectWords, c.Fingerprint, toMicros(now.Add(-c.Dedupe)))
	if err != nil || !found {
		return blog.Added{}, false, err
	}
	first, err := t.comment(ctx, selectComment, id)
	return blog.Added{Comment: first, Outcome: blog.Duplicated}, true, err
}
