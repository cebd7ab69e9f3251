package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
)

// wantUnavailable demands the kind, a time to wait where waiting helps, and words for the log that name file and remedy.
func wantUnavailable(t *testing.T, err error, wait bool, words ...string) {
	t.Helper()
	var e *blog.Error
	if !errors.As(err, &e) || e.Kind != blog.Unavailable || (e.RetryAfter > 0) != wait {
		t.Fatalf("%v is not storage-unavailable with a time to wait: %v", err, wait)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%v; want %q in it", err, w)
		}
	}
}

// lock takes the file's lock as another program would, and returns what gives it back.
func lock(t *testing.T, file, kind string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(kind); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func openImpatient(t *testing.T, file string) store.Store {
	t.Helper()
	s, err := store.OpenImpatiently(t.Context(), store.Options{Address: "sqlite:" + file}, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestLockedByAnotherProgram(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s := openImpatient(t, file)
	post := makePost(t, s, "a")
	unlock := lock(t, file, "BEGIN IMMEDIATE")
	defer unlock()

	_, err := s.AddComment(t.Context(), newComment(post, "refused"))
	wantUnavailable(t, err, true, file, "locked by another program", "close that program")
	wantUnavailable(t, s.Ping(t.Context()), true, file)
	if _, err := s.Page(t.Context(), blog.PageQuery{PostID: post}); err != nil {
		t.Errorf("reading needs no lock: %v", err)
	}
	_, err = store.OpenImpatiently(t.Context(), store.Options{Address: "sqlite:" + file}, 100*time.Millisecond)
	wantUnavailable(t, err, true, file, "locked by another program")

	// A caller with less patience than the store gives up alone, and for good.
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.AddComment(ctx, newComment(post, "given up"))
	wantUnavailable(t, err, true)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v tells not that the caller gave up", err)
	}

	unlock()
	if _, err := s.AddComment(t.Context(), newComment(post, "taken")); err != nil {
		t.Fatal(err)
	}
	checkNumbers(t, s, post, 1)
}

// TestManyWaitForALock: they learn of it together, not one patience after the other.
func TestManyWaitForALock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s := openImpatient(t, file)
	post := makePost(t, s, "a")
	defer lock(t, file, "BEGIN IMMEDIATE")()
	start := time.Now()
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			if _, err := s.AddComment(t.Context(), newComment(post, "x")); blog.KindOf(err) != blog.Unavailable {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 10*300*time.Millisecond {
		t.Errorf("200 writers waited %v for a lock of which each may wait 300ms", took)
	}
}

// TestUnlockedInTime: a lock that is given back while writers wait costs them nothing but time.
func TestUnlockedInTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s := openAt(t, "sqlite:"+file, nil)
	post := makePost(t, s, "a")
	unlock := lock(t, file, "BEGIN IMMEDIATE")
	defer time.AfterFunc(200*time.Millisecond, unlock).Stop()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	checkNumbers(t, s, post, 20)
}

func TestFreshFileLocked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	unlock := lock(t, file, "BEGIN EXCLUSIVE")
	defer unlock()
	_, err := store.OpenImpatiently(t.Context(), store.Options{Address: "sqlite:" + file}, 100*time.Millisecond)
	wantUnavailable(t, err, true, file, "locked by another program")
	unlock()
	openAt(t, "sqlite:"+file, nil)
}

// TestFullDisk fills the disk under many writers: each is told the truth, and with space everything goes on.
func TestFullDisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s := openAt(t, "sqlite:"+file, nil)
	post := makePost(t, s, "a")
	if err := store.OnWriter(t.Context(), s, "PRAGMA max_page_count = 120"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	stored := map[string]bool{}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 40 {
				added, err := s.AddComment(t.Context(), newComment(post, strings.Repeat("x", 2000)))
				if err != nil {
					wantUnavailable(t, err, true, file, "free some space")
					return
				}
				mu.Lock()
				stored[added.Comment.ID] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(stored) == 0 || len(stored) == 16*40 {
		t.Fatalf("%d comments were taken: the disk did not fill up", len(stored))
	}
	rows := checkNumbers(t, s, post, len(stored))
	for id := range stored {
		if _, ok := rows[id]; !ok {
			t.Errorf("comment %s was acknowledged and is lost", id)
		}
	}
	if err := store.OnWriter(t.Context(), s, "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddComment(t.Context(), newComment(post, strings.Repeat("x", 2000))); err != nil {
		t.Error(err)
	}
	checkNumbers(t, s, post, len(stored)+1)
}

// TestReadOnlyConnection: a connection that can write no more is replaced by one that can.
func TestReadOnlyConnection(t *testing.T) {
	s := openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "vang.db"), nil)
	post := makePost(t, s, "a")
	if err := store.OnWriter(t.Context(), s, "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
		t.Error(err)
	}
	checkNumbers(t, s, post, 1)
}

// TestDamagedFile: rubbish in the middle of the file is found when it is read, and named.
func TestDamagedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s := openAt(t, "sqlite:"+file, nil)
	post := makePost(t, s, "a")
	for i := range 60 {
		if _, err := s.AddComment(t.Context(), newComment(post, fmt.Sprint(i, strings.Repeat("x", 3000)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	const page = 4096
	for at := int64(26 * page); at < info.Size(); at += page {
		if _, err := f.WriteAt([]byte(strings.Repeat("\xff", page)), at); err != nil {
			t.Fatal(err)
		}
	}
	s = openAt(t, "sqlite:"+file, nil)
	_, err = s.Page(t.Context(), blog.PageQuery{PostID: post})
	wantUnavailable(t, err, false, file, "damaged", "backup")
	_, err = s.AddComment(t.Context(), newComment(post, "x"))
	if err != nil {
		wantUnavailable(t, err, false, file, "damaged", "backup")
	}
}

// TestFullIsNotHealthy: Ping asks for room, so that a full disk is told before a reader's comment is refused.
func TestFullIsNotHealthy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	var passed atomic.Int64
	s := openAt(t, "sqlite:"+file, func() time.Time { return time.Now().Add(time.Duration(passed.Load())) })
	passed.Add(int64(store.BeatEvery))
	if err := store.OnWriter(t.Context(), s, "PRAGMA max_page_count = 1"); err != nil { // of its present size, that is
		t.Fatal(err)
	}
	for range 3 { // bad news is not kept for later: it is found anew each time, and so is the good
		wantUnavailable(t, s.Ping(t.Context()), true, file, "free some space")
	}
	if err := store.OnWriter(t.Context(), s, "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("with space again: %v", err)
	}
}
