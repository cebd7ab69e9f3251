package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
)

// The test binary runs itself as a child where one process is not enough: to be killed, to have no rights, to be many.
const (
	childTask    = "VANG_STORE_CHILD"
	childAddress = "VANG_STORE_ADDRESS"
	nobody       = 65534
	notOpened    = 3 // the exit code of a child that could not open its store
)

// beChild does one task and returns the exit code. Each begins when standard input ends, so that many begin at once.
func beChild(task string) int {
	_, _ = io.Copy(io.Discard, os.Stdin)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Address: os.Getenv(childAddress)})
	if err != nil {
		fmt.Println(err)
		return notOpened
	}
	synced, err := s.SyncPosts(ctx, []store.PostAddress{{Slug: "a"}})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if task == "write" {
		writeForever(ctx, s, synced.IDs["a"])
	}
	if _, err := s.AddComment(ctx, newComment(synced.IDs["a"], "x")); err != nil {
		fmt.Println(err)
		return 1
	}
	if err := s.Close(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// writeForever prints the id of each comment that the store has acknowledged.
func writeForever(ctx context.Context, s store.Store, post string) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				added, err := s.AddComment(ctx, newComment(post, "x"))
				if err != nil {
					fmt.Println(err)
					return
				}
				_, _ = os.Stdout.WriteString(added.Comment.ID + "\n")
			}
		})
	}
	wg.Wait()
}

func child(t *testing.T, binary, task, file string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), binary)
	c.Env = append(os.Environ(), childTask+"="+task, childAddress+"=sqlite:"+file)
	c.Dir = filepath.Dir(file)
	return c
}

// TestManyProcessesOpenOneFreshFile: replicas that start at once all make the tables, once.
func TestManyProcessesOpenOneFreshFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	const n = 6
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for range n {
		c := child(t, os.Args[0], "add", file)
		stdin, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			<-begin
			_ = stdin.Close()
			if err := c.Wait(); err != nil {
				t.Errorf("%v: %s", err, out.String())
			}
		})
	}
	close(begin)
	wg.Wait()
	s := openAt(t, "sqlite:"+file, nil)
	checkNumbers(t, s, makePost(t, s, "a"), n)
}

// checkNumbers demands n comments whose seqs and revs have no gap, and returns them by id.
func checkNumbers(t *testing.T, s store.Store, post string, n int) map[string]blog.Comment {
	t.Helper()
	ch, err := s.Changes(t.Context(), post, 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]blog.Comment{}
	for i, c := range ch.Comments {
		byID[c.ID] = c
		if c.Seq != int64(i+1) || c.Rev != int64(i+1) {
			t.Fatalf("comment %d has seq %d and rev %d", i+1, c.Seq, c.Rev)
		}
	}
	if len(byID) != n || ch.Head.Count != int64(n) || ch.Head.Rev != int64(n) {
		t.Fatalf("%d comments, head %+v; want %d", len(byID), ch.Head, n)
	}
	return byID
}

// TestKilled: what was acknowledged before a kill -9 is there after it.
func TestKilled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	c := child(t, os.Args[0], "write", file)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(10*time.Second, func() { _ = c.Process.Kill() })
	defer limit.Stop()
	var acknowledged []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if acknowledged = append(acknowledged, lines.Text()); len(acknowledged) == 400 {
			_ = c.Process.Signal(syscall.SIGKILL)
		}
	}
	_ = c.Wait()
	if len(acknowledged) < 400 {
		t.Fatalf("only %d comments before the end: %v", len(acknowledged), acknowledged[max(0, len(acknowledged)-1):])
	}
	s := openAt(t, "sqlite:"+file, nil)
	post := makePost(t, s, "a")
	head, err := s.Heads(t.Context(), []string{post})
	if err != nil {
		t.Fatal(err)
	}
	stored := checkNumbers(t, s, post, int(head[0].Count))
	for _, id := range acknowledged[:len(acknowledged)-1] { // the last line may be cut short
		if _, ok := stored[id]; !ok {
			t.Errorf("comment %s was acknowledged and is lost", id)
		}
	}
	if _, err := s.AddComment(t.Context(), newComment(post, "life goes on")); err != nil {
		t.Error(err)
	}
}

// TestNoRights opens files as a user who may not write them; root may everything, so it becomes another for this.
func TestNoRights(t *testing.T) {
	dir, err := os.MkdirTemp("", "vang-rights-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error { return os.Chmod(path, 0o700) })
		_ = os.RemoveAll(dir)
	})
	binary := copyBinary(t, dir)
	for name, c := range map[string]struct {
		folder os.FileMode
		made   bool // whether there is a database already
		file   os.FileMode
		want   string
	}{
		"a folder that may not be written": {0o555, false, 0, "cannot be opened or made"},
		"a file that may not be written":   {0o777, true, 0o444, "cannot be written"},
		"a folder that takes no log":       {0o555, true, 0o666, "let the user that runs Vang write"},
		"a file that may not be read":      {0o777, true, 0o000, "let the user that runs Vang write"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			file := filepath.Join(folder, "vang.db")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if c.made {
				s := openAt(t, "sqlite:"+file, nil)
				makePost(t, s, "a")
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				chmod(t, file, c.file)
			}
			chmod(t, folder, c.folder)
			out := refusedToOpen(t, binary, file)
			for _, words := range []string{c.want, file, file + "-wal", file + "-shm"} {
				if !strings.Contains(out, words) {
					t.Errorf("%s; want %q", out, words)
				}
			}
		})
	}
	// The first attempt leaves a log of the file's mode. Mending the file alone does not help, and the error says so.
	t.Run("rights that were mended in part", func(t *testing.T) {
		file := filepath.Join(dir, "a-file-that-may-not-be-written", "vang.db")
		if info, err := os.Stat(file + "-wal"); err != nil || info.Mode().Perm() != 0o444 {
			t.Fatalf("the log that is left: %v, %v", info, err)
		}
		chmod(t, file, 0o666)
		if out := refusedToOpen(t, binary, file); !strings.Contains(out, file+"-wal") {
			t.Error(out)
		}
		chmod(t, file+"-wal", 0o666)
		chmod(t, file+"-shm", 0o666)
		if out, err := unprivileged(t, binary, file).Output(); err != nil {
			t.Errorf("with all rights: %v, %s", err, out)
		}
	})
}

// refusedToOpen demands that opening fails, not only what comes after it, and returns the error.
func refusedToOpen(t *testing.T, binary, file string) string {
	t.Helper()
	out, err := unprivileged(t, binary, file).Output()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != notOpened {
		t.Errorf("the end of a child that must not open %s: %v, %s", file, err, out)
	}
	return string(out)
}

func unprivileged(t *testing.T, binary, file string) *exec.Cmd {
	cmd := child(t, binary, "add", file)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// copyBinary puts this test binary where any user may run it.
func copyBinary(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "store.test")
	if err := os.WriteFile(binary, data, 0o600); err != nil {
		t.Fatal(err)
	}
	chmod(t, binary, 0o755)
	chmod(t, dir, 0o755)
	return binary
}
