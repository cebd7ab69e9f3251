package web

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/redis/go-redis/v9"
)

// errUnreadable is what stands in the store under a session's name and is none: it will not get better by waiting.
var errUnreadable = errors.New("what is kept there is no session")

// fusedSessions are sessions in a Redis that nobody waits for.
type fusedSessions struct {
	store scs.CtxStore
	fuse  *fuse
}

// FindCtx implements scs.CtxStore.
func (s *fusedSessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.fuse.do(ctx, func(ctx context.Context) (err error) {
		data, found, err = s.store.FindCtx(ctx, token)
		return err
	})
	if redis.HasErrorPrefix(err, "WRONGTYPE") {
		err = fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return data, found, err
}

// CommitCtx implements scs.CtxStore.
func (s *fusedSessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.fuse.do(ctx, func(ctx context.Context) error { return s.store.CommitCtx(ctx, token, data, expiry) })
}

// DeleteCtx implements scs.CtxStore.
func (s *fusedSessions) DeleteCtx(ctx context.Context, token string) error {
	return s.fuse.do(ctx, func(ctx context.Context) error { return s.store.DeleteCtx(ctx, token) })
}

// Find is FindCtx without a context.
func (s *fusedSessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *fusedSessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *fusedSessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
