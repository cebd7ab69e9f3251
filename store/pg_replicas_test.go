package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
	"vang/store/storetest"
)

// TestPGReplicas runs the suite on three replicas at once: each question goes to the next of them, so that what one has
// written another reads, repeats, edits and moves.
func TestPGReplicas(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now blog.Clock) store.Store {
		address := store.Server.Address(t)
		return &inRotation{all: []store.Store{openAt(t, address, now), openAt(t, address, now), openAt(t, address, now)}}
	})
}

// inRotation is several replicas as one Store.
type inRotation struct {
	all  []store.Store
	turn atomic.Int64
}

func (r *inRotation) next() store.Store { return r.all[r.turn.Add(1)%int64(len(r.all))] }

func (r *inRotation) AddComment(ctx context.Context, c blog.NewComment) (blog.Added, error) {
	return r.next().AddComment(ctx, c)
}

func (r *inRotation) EarlierComment(ctx context.Context, c blog.NewComment) (blog.Added, bool, error) {
	return r.next().EarlierComment(ctx, c)
}

func (r *inRotation) EditComment(ctx context.Context, ch blog.Change, body string) (blog.Comment, error) {
	return r.next().EditComment(ctx, ch, body)
}

func (r *inRotation) MoveComment(ctx context.Context, ch blog.Change, to blog.State) (blog.Comment, error) {
	return r.next().MoveComment(ctx, ch, to)
}

func (r *inRotation) Comment(ctx context.Context, id string) (blog.Comment, error) {
	return r.next().Comment(ctx, id)
}

func (r *inRotation) Ancestors(ctx context.Context, id string) ([]blog.Comment, error) {
	return r.next().Ancestors(ctx, id)
}

func (r *inRotation) Page(ctx context.Context, q blog.PageQuery) (blog.Page, error) {
	return r.next().Page(ctx, q)
}

func (r *inRotation) Changes(ctx context.Context, postID string, rev int64, limit int) (blog.Changes, error) {
	return r.next().Changes(ctx, postID, rev, limit)
}

func (r *inRotation) Standing(ctx context.Context, postID, visitor string) (blog.Head, bool, error) {
	return r.next().Standing(ctx, postID, visitor)
}

func (r *inRotation) Heads(ctx context.Context, postIDs []string) ([]blog.Head, error) {
	return r.next().Heads(ctx, postIDs)
}

func (r *inRotation) SyncPosts(ctx context.Context, posts []store.PostAddress) (store.Synced, error) {
	return r.next().SyncPosts(ctx, posts)
}

func (r *inRotation) Resolve(ctx context.Context, slug string) (string, bool, error) {
	return r.next().Resolve(ctx, slug)
}

func (r *inRotation) SetReadOnly(ctx context.Context, postID string, readOnly bool) (blog.Head, error) {
	return r.next().SetReadOnly(ctx, postID, readOnly)
}

func (r *inRotation) Epoch(ctx context.Context) (string, error) { return r.next().Epoch(ctx) }

func (r *inRotation) NewEpoch(ctx context.Context, seen string) (string, error) {
	return r.next().NewEpoch(ctx, seen)
}

func (r *inRotation) Secret(ctx context.Context) ([]byte, error) { return r.next().Secret(ctx) }

func (r *inRotation) Totals(ctx context.Context) (int64, int64, error) { return r.next().Totals(ctx) }

func (r *inRotation) FindSession(ctx context.Context, token string) ([]byte, bool, error) {
	return r.next().FindSession(ctx, token)
}

func (r *inRotation) CommitSession(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return r.next().CommitSession(ctx, token, data, expiry)
}

func (r *inRotation) DeleteSession(ctx context.Context, token string) error {
	return r.next().DeleteSession(ctx, token)
}

func (r *inRotation) DeleteExpiredSessions(ctx context.Context) error {
	return r.next().DeleteExpiredSessions(ctx)
}

func (r *inRotation) Now() time.Time { return r.next().Now() }

func (r *inRotation) Ping(ctx context.Context) error { return r.next().Ping(ctx) }

func (r *inRotation) Close() error {
	for _, s := range r.all {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}
