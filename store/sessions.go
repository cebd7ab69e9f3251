package store

import (
	"context"
	"time"
)

// Sessions keeps the sessions of web in a Store. It has the methods of scs.CtxStore. Safe for concurrent use.
type Sessions struct{ store Store }

// NewSessions returns the sessions of st.
func NewSessions(st Store) *Sessions { return &Sessions{store: st} }

// FindCtx returns the data of a session that has not expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	return s.store.FindSession(ctx, token)
}

// CommitCtx keeps data under token until expiry.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.store.CommitSession(ctx, token, data, expiry)
}

// DeleteCtx forgets a session; one that is not there is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.store.DeleteSession(ctx, token)
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) (data []byte, found bool, err error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
