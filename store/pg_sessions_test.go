package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"vang/store"
)

// TestPGLateSessions: a session that its writer gave up writing does not take the place of what was done to it since.
func TestPGLateSessions(t *testing.T) {
	s := openAt(t, store.Server.Address(t), time.Now)
	var tries, ended atomic.Int64
	store.Inject(s, func(done bool) error {
		if done {
			ended.Add(1)
		} else if tries.Add(1) == 1 {
			time.Sleep(300 * time.Millisecond)
			return &pgconn.PgError{Code: "40001", Message: "planted"}
		}
		return nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.CommitSession(ctx, "token", []byte("signed in"), time.Now().Add(time.Hour)); err == nil {
		t.Fatal("stored")
	}
	if err := s.DeleteSession(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	for ended.Load() < 2 { // the second is what was given up, which is tried again
		time.Sleep(time.Millisecond)
	}
	if data, found, err := s.FindSession(t.Context(), "token"); err != nil || found {
		t.Errorf("a session that was ended is back: %q, %v", data, err)
	}
}
