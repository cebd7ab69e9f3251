package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// What has expired, the oldest first and not all at once: up to when the next batch reaches.
	oldKeys = `SELECT coalesce(max(created_at), -1) FROM
		(SELECT created_at FROM submissions WHERE created_at < $1 ORDER BY created_at LIMIT $2) AS oldest`
	forgetKeys  = `DELETE FROM submissions WHERE created_at <= $1`
	oldSessions = `SELECT coalesce(max(expiry), -1) FROM
		(SELECT expiry FROM sessions WHERE expiry <= $1 ORDER BY expiry LIMIT $2) AS oldest`

	sweepAtOnce = 500 // rows in one statement, so that it is short and locks few
)

// sweep removes what has expired. That every replica does so does no harm: each row goes once.
func (s *pgStore) sweep(ctx context.Context) error {
	if err := s.sweepOne(ctx, "forget old keys", oldKeys, forgetKeys, toMicros(s.now().Add(-keysKept))); err != nil {
		return err
	}
	return s.DeleteExpiredSessions(ctx)
}

// sweepOne removes the rows up to last, in batches: upTo finds where one ends, remove carries it out.
func (s *pgStore) sweepOne(ctx context.Context, op, upTo, remove string, last int64) error {
	for {
		var end int64
		find := func(ctx context.Context, t txn) error { return t.row(ctx, []any{&end}, upTo, last, int64(sweepAtOnce)) }
		if err := s.single(ctx, op, find); err != nil || end < 0 {
			return err
		}
		if err := s.one(ctx, op, remove, end); err != nil {
			return err
		}
	}
}

// Ping is Store's: it reads; if no write has succeeded lately, it writes. A failure is not kept: the next Ping tries again.
func (s *pgStore) Ping(ctx context.Context) error {
	if _, err := s.Epoch(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	now := time.Now()
	if beaten := s.beaten.Load(); beaten != nil && now.Sub(*beaten) < beatEvery {
		return nil
	}
	return s.beatWithin(ctx, now, s.writing.limits)
}

// firstBeat proves, before anything is served, that the database can be written. It does not wait for what may pass.
func (s *pgStore) firstBeat(ctx context.Context) error {
	return s.beatWithin(ctx, time.Now(), pgLimits{try: writeLimits.try, operation: writeLimits.try})
}

// beatWithin writes a session that nobody has and that has expired, which the sweep removes with others.
func (s *pgStore) beatWithin(ctx context.Context, now time.Time, limits pgLimits) error {
	err := s.writing.within(ctx, limits, func(ctx context.Context, c *pgx.Conn) error {
		return pgQuerier{c}.exec(ctx, putSession, beatRow, []byte{}, int64(0))
	})
	if err != nil {
		return fmt.Errorf("write to the database: %w", s.fault(err))
	}
	s.beaten.Store(&now)
	return nil
}
