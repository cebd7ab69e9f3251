package store

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"vang/blog"
)

// TestReadersAreBounded: while all connections are in use, so many wait for one, and more are told at once to come again.
func TestReadersAreBounded(t *testing.T) {
	for engine, address := range map[string]string{
		"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "vang.db"), "PostgreSQL": Server.Address(t),
	} {
		t.Run(engine, func(t *testing.T) {
			s, err := Open(t.Context(), Options{Address: address})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			release, c := occupyReaders(t, s)
			var waiting sync.WaitGroup
			for range queueLength {
				waiting.Go(func() { _, _ = s.Epoch(ctx) })
			}
			for c.n.Load() < queueLength {
				runtime.Gosched()
			}
			begin := time.Now()
			_, err = s.Epoch(t.Context())
			var e *blog.Error
			if !errors.As(err, &e) || e.Kind != blog.Unavailable || e.RetryAfter <= 0 || time.Since(begin) > time.Second {
				t.Errorf("one too many: %v after %v", err, time.Since(begin))
			}
			leave()
			waiting.Wait()
			release()
			if _, err := s.Epoch(t.Context()); err != nil || c.n.Load() != 0 {
				t.Errorf("afterwards: %v, %d wait", err, c.n.Load())
			}
		})
	}
}

// occupyReaders takes all connections that s reads with.
func occupyReaders(t *testing.T, s Store) (release func(), c *crowd) {
	t.Helper()
	if s, is := s.(*sqliteStore); is {
		var taken []*link
		for range cap(s.links.free) {
			taken = append(taken, <-s.links.free)
		}
		return func() {
			for _, l := range taken {
				s.links.free <- l
			}
		}, &s.links.crowd
	}
	pool := s.(*pgStore).reading
	var ends []func()
	for range pool.Config().MaxConns {
		taken, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, taken.Release)
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}, &pool.crowd
}
