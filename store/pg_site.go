package store

import (
	"context"
	"crypto/rand"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

const (
	renewEpoch = `UPDATE site SET epoch = $1 WHERE id = 1 AND epoch = $2`
	makeSecret = `UPDATE site SET secret = $1 WHERE id = 1 AND secret = $2`
)

// one sends one statement that may be sent twice.
func (s *pgStore) one(ctx context.Context, op, text string, args ...any) error {
	return s.write(ctx, op, func(ctx context.Context, c *pgx.Conn) error { return pgQuerier{c}.exec(ctx, text, args...) })
}

// NewEpoch is Store's. The same epoch is tried each time, so that one that was begun without the answer arriving is not
// followed by a second. What the database then holds is the answer, whoever began it.
func (s *pgStore) NewEpoch(ctx context.Context, seen string) (string, error) {
	epoch := blog.NewID()
	text, args := renewEpoch, []any{epoch, seen}
	if seen == "" {
		text, args = updateEpoch, []any{epoch}
	}
	if err := s.one(ctx, "begin an epoch", text, args...); err != nil {
		return "", err
	}
	return s.Epoch(ctx)
}

// Secret is Store's.
func (s *pgStore) Secret(ctx context.Context) (secret []byte, err error) {
	const op = "read the site's secret"
	read := func(ctx context.Context, t txn) error { return t.row(ctx, []any{&secret}, selectSecret) }
	if err := s.single(ctx, op, read); err != nil || len(secret) > 0 {
		return secret, err
	}
	fresh := make([]byte, secretLength)
	_, _ = rand.Read(fresh) // since Go 1.24 it never fails: it ends the process instead
	if err := s.one(ctx, op, makeSecret, fresh, []byte{}); err != nil {
		return nil, err
	}
	return secret, s.single(ctx, op, read)
}

// DeleteSession is Store's.
func (s *pgStore) DeleteSession(ctx context.Context, token string) error {
	return s.one(ctx, "delete session", deleteSession, token)
}

// DeleteExpiredSessions is Store's.
func (s *pgStore) DeleteExpiredSessions(ctx context.Context) error {
	return s.sweepOne(ctx, "delete expired sessions", oldSessions, forgetSessions, toMicros(s.now()))
}
