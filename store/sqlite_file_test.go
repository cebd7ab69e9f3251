package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"vang/blog"
	"vang/store"
)

// rename moves the files of a database that have these endings.
func rename(t *testing.T, from, to string, endings ...string) {
	t.Helper()
	for _, e := range endings {
		if err := os.Rename(from+e, to+e); err != nil {
			t.Fatal(err)
		}
	}
}

// openWithOne opens a database that holds one comment.
func openWithOne(t *testing.T, file string) (s store.Store, post string) {
	t.Helper()
	s = openAt(t, "sqlite:"+file, nil)
	post = makePost(t, s, "a")
	if _, err := s.AddComment(t.Context(), newComment(post, "one")); err != nil {
		t.Fatal(err)
	}
	return s, post
}

// wantRefused demands that writes and Ping are refused in these words, all of many at once, and that reads go on.
func wantRefused(t *testing.T, s store.Store, post string, words ...string) {
	t.Helper()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := s.AddComment(t.Context(), newComment(post, "lost")); blog.KindOf(err) != blog.Unavailable {
				t.Errorf("a comment into a file that is gone: %v", err)
			}
		})
	}
	wg.Wait()
	_, err := s.AddComment(t.Context(), newComment(post, "lost"))
	wantUnavailable(t, err, false, words...)
	wantUnavailable(t, s.Ping(t.Context()), false, words...)
	for range 9 { // on every connection
		if page, err := s.Page(t.Context(), blog.PageQuery{PostID: post}); err != nil || len(page.Comments) != 1 {
			t.Fatalf("reading what is open: %d comments, %v", len(page.Comments), err)
		}
	}
}

// TestDeletedWhileRunning: a write that would be gone with the next restart is never acknowledged, nor is a new file made.
func TestDeletedWhileRunning(t *testing.T) {
	for name, endings := range map[string][]string{
		"all":       {"", "-wal", "-shm"},
		"the file":  {""},
		"the log":   {"-wal"},
		"the index": {"-shm"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "vang.db")
			s, post := openWithOne(t, file)
			for _, e := range endings {
				if err := os.Remove(file + e); err != nil {
					t.Fatal(err)
				}
			}
			wantRefused(t, s, post, file+endings[0]+" was deleted", "put the same file back", "restart Vang")
			for _, e := range endings {
				if _, err := os.Stat(file + e); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s is there again: %v", file+e, err)
				}
			}
		})
	}
}

// TestReconnectsToNothing: a writer that needs another connection makes no new file and opens no other.
func TestReconnectsToNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s, post := openWithOne(t, file)
	if err := store.OnWriter(t.Context(), s, "PRAGMA query_only = 1"); err != nil { // the next write reconnects
		t.Fatal(err)
	}
	rename(t, file, file+".away", "", "-wal", "-shm")
	wantRefused(t, s, post, file+" was deleted or moved away")
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new file: %v", err)
	}
}

// TestReplacedWhileRunning: the new file is left alone until a restart, and then it is what counts.
func TestReplacedWhileRunning(t *testing.T) {
	dir := t.TempDir()
	file, backup := filepath.Join(dir, "vang.db"), filepath.Join(dir, "backup.db")
	restored := openAt(t, "sqlite:"+backup, nil)
	makePost(t, restored, "restored")
	if err := restored.Close(); err != nil {
		t.Fatal(err)
	}
	s, post := openWithOne(t, file)
	rename(t, backup, file, "")
	wantRefused(t, s, post, file+" was replaced", "put the former file back", "stop Vang", "remove "+file+"-wal and "+file+"-shm")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, e := range []string{"-wal", "-shm"} { // as the error says
		if err := os.Remove(file + e); err != nil {
			t.Fatal(err)
		}
	}
	again := openAt(t, "sqlite:"+file, nil)
	if _, known, err := again.Resolve(t.Context(), "restored"); err != nil || !known {
		t.Errorf("the new file does not count after the restart: %v, %v", known, err)
	}
}

// TestPutBack: the same file in its place again, and all goes on without a restart; nothing acknowledged is missing.
func TestPutBack(t *testing.T) {
	for name, endings := range map[string][]string{"all": {"", "-wal", "-shm"}, "the file": {""}, "the log": {"-wal"}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "vang.db")
			s, post := openWithOne(t, file)
			rename(t, file, filepath.Join(dir, "away.db"), endings...)
			wantRefused(t, s, post, "moved away")
			rename(t, filepath.Join(dir, "away.db"), file, endings...)
			if err := s.Ping(t.Context()); err != nil {
				t.Errorf("put back: %v", err)
			}
			if _, err := s.AddComment(t.Context(), newComment(post, "two")); err != nil {
				t.Fatalf("put back: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			checkNumbers(t, openAt(t, "sqlite:"+file, nil), post, 2)
		})
	}
}

// TestTemporaryIsNobodysFile: what is forgotten at Close anyway is not looked after.
func TestTemporaryIsNobodysFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := openAt(t, "sqlite::memory:", nil)
	post := makePost(t, s, "a")
	made, err := filepath.Glob(os.Getenv("TMPDIR") + "/*/vang.db")
	if err != nil || len(made) != 1 {
		t.Fatalf("%v, %v", made, err)
	}
	if err := os.Remove(made[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
		t.Error(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestForItsOwnerAlone: the database holds a secret, e-mail addresses and sessions.
func TestForItsOwnerAlone(t *testing.T) {
	before := syscall.Umask(0o022)
	defer syscall.Umask(before)
	file := filepath.Join(t.TempDir(), "vang.db")
	s, _ := openWithOne(t, file)
	wantModes(t, file, 0o600)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(file + "*"); err != nil || len(left) != 1 {
		t.Errorf("left beside the file at Close: %v, %v", left, err)
	}
	chmod(t, file, 0o640) // who lets others read a file that is there may do so
	openWithOne(t, file)
	wantModes(t, file, 0o640)
}

func wantModes(t *testing.T, file string, want fs.FileMode) {
	t.Helper()
	for _, e := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(file + e)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %v, want %v", file+e, got, want)
		}
	}
}

func TestMustExist(t *testing.T) {
	dir := t.TempDir()
	file, empty := filepath.Join(dir, "vang.db"), filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, missing := range []string{file, empty, ":memory:"} {
		s, err := store.Open(t.Context(), store.Options{Address: "sqlite:" + missing, MustExist: true})
		if err == nil {
			_ = s.Close()
			t.Errorf("%s was opened", missing)
			continue
		}
		if want := "there is no database at " + missing + "; name it with --database sqlite:FILE"; !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	if made, err := filepath.Glob(dir + "/*"); err != nil || len(made) != 1 {
		t.Errorf("made: %v, %v", made, err)
	}
	first, _ := openWithOne(t, file)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{Address: "sqlite:" + file, MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "vang.db"), filepath.Join(dir, "link.db")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), store.Options{Address: "sqlite:" + link})
	if err == nil || !strings.Contains(err.Error(), link+" is a link to a file that is not there") {
		t.Errorf("a link to nothing: %v", err)
	}
	first, post := openWithOne(t, file)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, "sqlite:"+link, nil)
	checkNumbers(t, s, post, 1)
	rename(t, link, link+".away", "")
	wantRefused(t, s, post, link+" was deleted or moved away")
}
