package store

import (
	"context"
	"fmt"
	"time"
)

const (
	needRoom = `INSERT INTO sessions (token, data, expiry) VALUES ('room', zeroblob(65536), 0)`
	beatRow  = "beat" // no session's name: theirs are hashes

	// beatEvery is the least time between two writes that only prove that writing works.
	beatEvery = 5 * time.Second
)

// Ping is Store's: it reads and takes the lock for writing; if no write has succeeded lately, it writes. A failure is not
// kept: the next Ping tries again.
func (s *sqliteStore) Ping(ctx context.Context) error {
	if _, err := s.Epoch(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	now := s.now()
	beaten := s.beaten.Load()
	due := beaten == nil || now.Sub(*beaten) >= beatEvery
	err := s.writer.do(ctx, func(ctx context.Context, t txn) error {
		if !due {
			return nil
		}
		return t.beat(ctx, now)
	})
	if err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	if due {
		s.beaten.Store(&now)
	}
	return nil
}

// firstBeat proves, before anything is served, that the file can be written. To begin a transaction proves nothing: in a
// file that may only be read SQLite begins one that only reads.
func (s *sqliteStore) firstBeat(ctx context.Context) error {
	now := s.now()
	err := s.writer.alone(ctx, func(ctx context.Context, t txn) error { return t.beat(ctx, now) })
	if err == nil {
		s.beaten.Store(&now)
	}
	return err
}

// beat asks for as much room as the largest comment may need and gives it back; then it writes for good, so that the disk
// too has a say: a session that nobody has and that has expired, which the sweep removes with others.
func (t txn) beat(ctx context.Context, now time.Time) error {
	for _, text := range []string{`SAVEPOINT room`, needRoom, `ROLLBACK TO room`, `RELEASE room`} {
		if err := t.exec(ctx, text); err != nil {
			return err
		}
	}
	return t.exec(ctx, putSession, beatRow, []byte{}, toMicros(now))
}
