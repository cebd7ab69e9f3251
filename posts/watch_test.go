package posts

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// watching starts Watch and returns what it tells. It has ended when the test ends.
func watching(t *testing.T, l *Library) <-chan *Snapshot {
	t.Helper()
	changes := make(chan *Snapshot, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Watch(ctx, func(_, after *Snapshot) { changes <- after }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		// The highlighter's regular expressions keep a clock that stops by itself, in its own time.
		goleak.VerifyNone(t, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
	})
	return changes
}

// live waits until the posts are as wanted, however many steps they take.
func live(t *testing.T, changes <-chan *Snapshot, want string) {
	t.Helper()
	start, deadline := time.Now(), time.After(10*time.Second)
	seen := "nothing"
	for {
		select {
		case s := <-changes:
			var titles []string
			for _, p := range s.Posts("") {
				titles = append(titles, p.Title)
			}
			if seen = strings.Join(titles, " "); seen == want {
				t.Logf("%q live after %v", want, time.Since(start).Round(time.Millisecond))
				return
			}
		case <-deadline:
			t.Fatalf("not live: %q, want %q", seen, want)
		}
	}
}

func TestWatchSeesWhatAuthorsDo(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": "---\ntitle: A\n---\nx"})
	l := open(t, Options{Dir: dir})
	changes := watching(t, l)
	write(t, dir, "posts/a.md", "---\ntitle: A2\n---\nx")
	live(t, changes, "A2")
	write(t, dir, "posts/b.md", "---\ntitle: B\n---\nx")
	live(t, changes, "A2 B")
	write(t, dir, "posts/new/deep/index.md", "---\ntitle: C\n---\nx")
	live(t, changes, "A2 B C")
	write(t, dir, "posts/new/deep/index.md", "---\ntitle: C2\n---\nx") // in a folder that was made meanwhile
	live(t, changes, "A2 B C2")
	if err := os.Rename(filepath.Join(dir, "posts", "b.md"), filepath.Join(dir, "posts", "z.md")); err != nil {
		t.Fatal(err)
	}
	live(t, changes, "A2 C2 B")
	write(t, dir, "posts/swap.tmp", "---\ntitle: A3\n---\nx") // as editors save
	if err := os.Rename(filepath.Join(dir, "posts", "swap.tmp"), filepath.Join(dir, "posts", "a.md")); err != nil {
		t.Fatal(err)
	}
	live(t, changes, "A3 C2 B")
	if err := os.RemoveAll(filepath.Join(dir, "posts", "new")); err != nil {
		t.Fatal(err)
	}
	live(t, changes, "A3 B")
	write(t, dir, "posts/a.md", "---\ntitle: [\n---\nx")
	write(t, dir, "posts/c.md", "---\ntitle: D\n---\nx")
	live(t, changes, "A3 D B") // the bad file shows what it said before
}

func TestWatchWithoutNotices(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": "---\ntitle: A\n---\nx"})
	l := open(t, Options{Dir: dir})
	changes := make(chan *Snapshot, 10)
	w := &watcher{library: l, onChange: func(_, after *Snapshot) { changes <- after }}
	w.blind(os.ErrPermission)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.run(ctx); close(done) }()
	write(t, dir, "posts/a.md", "---\ntitle: B\n---\nx")
	live(t, changes, "B")
	cancel()
	<-done
}

func TestManyFilesSavedAtOnce(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": "x"})
	l := open(t, Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	changes := watching(t, l)
	const n = 2000
	for i := range n {
		write(t, dir, fmt.Sprintf("posts/%d/%d.md", i%50, i), "---\ntitle: x\n---\ntext")
	}
	deadline := time.After(20 * time.Second)
	for steps := 1; ; steps++ {
		select {
		case s := <-changes:
			if len(s.Posts("")) == n+1 {
				t.Logf("all there after %d steps", steps)
				return
			}
		case <-deadline:
			t.Fatalf("%d posts", len(l.Snapshot().Posts("")))
		}
	}
}
