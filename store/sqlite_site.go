package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"vang/blog"
)

// NewEpoch is Store's.
func (s *sqliteStore) NewEpoch(ctx context.Context, seen string) (epoch string, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) error {
		if err := t.row(ctx, []any{&epoch}, selectEpoch); err != nil || (seen != "" && seen != epoch) {
			return err
		}
		epoch = blog.NewID()
		return t.exec(ctx, updateEpoch, epoch)
	})
	if err != nil {
		return "", fmt.Errorf("begin an epoch: %w", err)
	}
	return epoch, nil
}

// Secret is Store's.
func (s *sqliteStore) Secret(ctx context.Context) (secret []byte, err error) {
	err = s.writer.do(ctx, func(ctx context.Context, t txn) error {
		if err := t.row(ctx, []any{&secret}, selectSecret); err != nil || len(secret) > 0 {
			return err
		}
		secret = make([]byte, secretLength)
		_, _ = rand.Read(secret) // since Go 1.24 it never fails: it ends the process instead
		return t.exec(ctx, updateSecret, secret)
	})
	if err != nil {
		return nil, fmt.Errorf("read the site's secret: %w", err)
	}
	return secret, nil
}

// CommitSession is Store's.
func (s *sqliteStore) CommitSession(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.one(ctx, "keep session", putSession, token, append([]byte{}, data...), toMicros(expiry))
}

// DeleteSession is Store's.
func (s *sqliteStore) DeleteSession(ctx context.Context, token string) error {
	return s.one(ctx, "delete session", deleteSession, token)
}

// DeleteExpiredSessions is Store's.
func (s *sqliteStore) DeleteExpiredSessions(ctx context.Context) error {
	return s.one(ctx, "delete expired sessions", forgetSessions, toMicros(s.now()))
}

// one carries out one statement and names op in its error.
func (s *sqliteStore) one(ctx context.Context, op, text string, args ...any) error {
	err := s.writer.do(ctx, func(ctx context.Context, t txn) error {
		return t.exec(ctx, text, args...)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}
