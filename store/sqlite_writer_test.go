package store

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/blog"
)

// openBusy opens a store whose writer is held inside a transaction until release.
func openBusy(t *testing.T) (s *sqliteStore, file string, release func()) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "vang.db")
	opened, err := Open(t.Context(), Options{Address: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	s = opened.(*sqliteStore)
	gate, inside := make(chan struct{}), make(chan struct{})
	held := make(chan error, 1)
	go func() {
		held <- s.writer.do(context.Background(), func(context.Context, txn) error {
			close(inside)
			<-gate
			return nil
		})
	}()
	<-inside
	release = sync.OnceFunc(func() {
		close(gate)
		if err := <-held; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	return s, file, release
}

// queue has n writers wait in the queue and returns what gives their errors.
func queue(t *testing.T, s *sqliteStore, n int, f func(i int) write) func() []error {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	before := len(s.writer.jobs)
	for i := range n {
		j := &job{run: f(i), done: make(chan struct{})}
		if err := s.writer.enqueue(j); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() { <-j.done; errs[i] = j.err })
	}
	if got := len(s.writer.jobs); got != before+n {
		t.Fatalf("%d jobs wait, want %d", got, before+n)
	}
	return func() []error { wg.Wait(); return errs }
}

func keep(token string) write {
	return func(ctx context.Context, t txn) error {
		return t.exec(ctx, putSession, token, []byte("x"), int64(1)<<60)
	}
}

// commits counts the transactions in the write-ahead log: a frame that ends one tells the size of the database.
func commits(t *testing.T, file string) (n int) {
	t.Helper()
	wal, err := os.ReadFile(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const header, frame, page = 32, 24, 4096
	for at := header; at+frame+page <= len(wal); at += frame + page {
		if binary.BigEndian.Uint32(wal[at+4:]) != 0 {
			n++
		}
	}
	return n
}

// TestWritesShareCommits: what queued during one commit goes with the next, 64 at a time, and one that fails is alone.
func TestWritesShareCommits(t *testing.T) {
	s, file, release := openBusy(t)
	before := commits(t, file)
	wrong := errors.New("wrong")
	errs := queue(t, s, 100, func(i int) write {
		return func(ctx context.Context, t txn) error {
			if err := keep(string(rune('a'+i)))(ctx, t); err != nil || i%10 != 3 {
				return err
			}
			return wrong
		}
	})
	release()
	for i, err := range errs() {
		if (err != nil) != (i%10 == 3) || err != nil && !errors.Is(err, wrong) {
			t.Errorf("write %d: %v", i, err)
		}
		_, found, err := s.FindSession(t.Context(), string(rune('a'+i)))
		if err != nil || found == (i%10 == 3) {
			t.Errorf("write %d: found %v, %v", i, found, err)
		}
	}
	// One held transaction that wrote nothing and shares its commit with nobody; then 64 and 36; perhaps a sweep.
	if got := commits(t, file) - before; got < 2 || got > 3 {
		t.Errorf("%d commits for 100 writes", got)
	}
}

// TestSettings: what every connection must have been told.
func TestSettings(t *testing.T) {
	s, _, release := openBusy(t)
	release()
	want := map[string]int64{"synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "journal_size_limit": 64 << 20}
	check := func(who string, on txn, queryOnly int64) error {
		want["query_only"] = queryOnly
		for name, n := range want {
			var got int64
			if err := on.row(t.Context(), []any{&got}, `PRAGMA `+name); err != nil || got != n {
				t.Errorf("%s: %s is %d, want %d (%v)", who, name, got, n, err)
			}
		}
		return nil
	}
	if err := s.writer.do(t.Context(), func(_ context.Context, on txn) error { return check("writer", on, 0) }); err != nil {
		t.Error(err)
	}
	if err := s.snapshot(t.Context(), "look", func(_ context.Context, on txn) error { return check("reader", on, 1) }); err != nil {
		t.Error(err)
	}
}

func TestQueueIsBounded(t *testing.T) {
	s, _, release := openBusy(t)
	errs := queue(t, s, queueLength, func(int) write {
		return func(context.Context, txn) error { return nil }
	})
	err := s.CommitSession(t.Context(), "t", nil, s.now())
	var e *blog.Error
	if !errors.As(err, &e) || e.Kind != blog.Unavailable || e.RetryAfter <= 0 {
		t.Errorf("a full queue: %v", err)
	}
	release()
	for _, err := range errs() {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestGivenUp: whoever gives up while waiting is never carried out.
func TestGivenUp(t *testing.T) {
	s, _, release := openBusy(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		gone <- s.writer.do(ctx, func(context.Context, txn) error {
			t.Error("it was carried out")
			return nil
		})
	}()
	for len(s.writer.jobs) == 0 { // until it waits
		if ctx.Err() != nil {
			t.Fatal(ctx.Err())
		}
		runtime.Gosched()
	}
	cancel()
	if err := <-gone; blog.KindOf(err) != blog.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	release()
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestLostBatch: a write that breaks the whole transaction takes nobody with it.
func TestLostBatch(t *testing.T) {
	s, _, release := openBusy(t)
	full := func(ctx context.Context, t txn) error {
		// A page limit just above the present size, and more than fits.
		if err := t.exec(ctx, `PRAGMA max_page_count = 1`); err != nil {
			return err
		}
		return t.exec(ctx, putSession, "large", make([]byte, 1<<20), int64(1)<<60)
	}
	errs := queue(t, s, 5, func(i int) write {
		if i == 2 {
			return full
		}
		return func(ctx context.Context, t txn) error {
			if err := t.exec(ctx, `PRAGMA max_page_count = 100000`); err != nil {
				return err
			}
			return keep(string(rune('a'+i)))(ctx, t)
		}
	})
	release()
	for i, err := range errs() {
		if i == 2 {
			if blog.KindOf(err) != blog.Unavailable {
				t.Errorf("the full one: %v", err)
			}
			continue
		}
		_, found, findErr := s.FindSession(t.Context(), string(rune('a'+i)))
		if err != nil || findErr != nil || !found {
			t.Errorf("write %d: %v; found %v, %v", i, err, found, findErr)
		}
	}
}

// TestCloseFinishes: what waits at Close is done; what comes later is refused.
func TestCloseFinishes(t *testing.T) {
	s, file, release := openBusy(t)
	errs := queue(t, s, 10, func(i int) write { return keep(string(rune('a' + i))) })
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	release()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	for _, err := range errs() {
		if err != nil {
			t.Error(err)
		}
	}
	if err := s.writer.do(t.Context(), keep("z")); blog.KindOf(err) != blog.Unavailable {
		t.Errorf("after Close: %v", err)
	}
	again, err := Open(t.Context(), Options{Address: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for i := range 10 {
		if _, found, err := again.FindSession(t.Context(), string(rune('a'+i))); err != nil || !found {
			t.Errorf("write %d: %v, %v", i, found, err)
		}
	}
}

// TestPingSparesTheDisk: it really writes, but not each time.
func TestPingSparesTheDisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	var passed atomic.Int64
	now := func() time.Time {
		return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).Add(time.Duration(passed.Load()))
	}
	s, err := Open(t.Context(), Options{Address: "sqlite:" + file, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ping := func(n int) (written int) {
		before := commits(t, file)
		for range n {
			if err := s.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return commits(t, file) - before
	}
	ping(2) // the second waits for the sweep that follows the first
	if n := ping(50); n != 0 {
		t.Errorf("%d commits for 50 pings at once", n)
	}
	passed.Add(int64(beatEvery))
	if n := ping(50); n != 1 {
		t.Errorf("%d commits for 50 pings after %v, want 1", n, beatEvery)
	}
	if _, found, err := s.FindSession(t.Context(), beatRow); found || err != nil {
		t.Errorf("the proof of life is a session: %v, %v", found, err)
	}
}

// TestLogOutlivesConnections: with the last connection the log would go, and the next would make another, which place would
// take for somebody else's.
func TestLogOutlivesConnections(t *testing.T) {
	s, file, release := openBusy(t)
	release()
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil { // the sweep that follows the first batch is over
		t.Fatal(err)
	}
	for range cap(s.links.free) {
		_ = s.links.borrow(t.Context(), func(l *link) error { l.disconnect(); return nil })
	}
	s.writer.link.disconnect() // which nobody uses now
	if _, err := os.Stat(file + "-wal"); err != nil {
		t.Error(err)
	}
	if err := s.CommitSession(t.Context(), "t", nil, s.now()); err != nil {
		t.Error(err)
	}
}
