package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"vang/blog"
)

// TestPGPostsShareCommits: what queued for several posts goes together. What the statement leaves is looked at post by post.
func TestPGPostsShareCommits(t *testing.T) {
	h := openHeld(t)
	h.writer.mu.Lock()
	h.writer.pace.all = 1 // so that the others wait for the commit that is held
	h.writer.mu.Unlock()
	synced, err := h.SyncPosts(t.Context(), []PostAddress{{Slug: "b"}, {Slug: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	b, c := synced.IDs["b"], synced.IDs["c"]
	first := h.queue(1, func(_ int, n *blog.NewComment) { n.PostID, n.Key = b, "key" })
	closing := h.start(func() error { _, err := h.SetReadOnly(t.Context(), c, true); return err })
	h.await(2)
	to := map[int]string{2: c, 3: "nowhere", 4: b, 5: b, 6: b, 7: c}
	rest := h.queue(8, func(i int, n *blog.NewComment) {
		if n.PostID = h.post; to[i] != "" {
			n.PostID = to[i]
		}
		if i == 6 {
			n.Key, n.Body = "key", "words 0"
			n.Fingerprint = n.Submission.Fingerprint()
		}
	})
	h.release()
	for i, outcome := range append(first, closing) {
		if err := outcome(); err != nil {
			t.Error(i, err)
		}
	}
	for i, outcome := range rest {
		want := map[int]blog.Kind{2: blog.ReadOnly, 3: blog.NotFound, 6: blog.IdempotencyMismatch, 7: blog.ReadOnly}[i]
		if err := outcome(); blog.KindOf(err) != want || want == 0 && err != nil {
			t.Errorf("comment %d: %v, want kind %v", i, err, want)
		}
	}
	// The one that is held; b's, of which one may repeat another; those of a, c and nowhere; and what was left of these.
	if got := h.sizes(); !slices.Equal(got, []int{1, 4, 5, 1, 2}) {
		t.Errorf("commits for %v comments", got)
	}
}

// TestPGWordsOfOneCommit: the same words that wait together are one comment.
func TestPGWordsOfOneCommit(t *testing.T) {
	h := openHeld(t)
	outcomes := h.queue(2, func(_ int, n *blog.NewComment) {
		n.Body, n.Dedupe = "the same", time.Minute
		n.Fingerprint = n.Submission.Fingerprint()
	})
	h.release()
	for _, outcome := range outcomes {
		if err := outcome(); err != nil {
			t.Error(err)
		}
	}
	if ch, err := h.Changes(t.Context(), h.post, 0, 100); err != nil || len(ch.Comments) != 2 {
		t.Errorf("%d comments, %v: the first and one of the two", len(ch.Comments), err)
	}
}

// still is a writer whose database does not answer until it is told to go on.
func still(t *testing.T) (w *pgWriter, goOn func()) {
	gate := make(chan struct{})
	wait := func(ctx context.Context) error {
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return unavailable(time.Second, ctx.Err())
		}
	}
	w = &pgWriter{limit: 20 * time.Second, most: batchLength, pace: pace{all: 8}, queues: map[string]*pgQueue{}}
	w.addRoots = func(ctx context.Context, _ []share) ([]share, bool, error) { return nil, false, wait(ctx) }
	w.addAll = func(ctx context.Context, _ string, _ []*addition) error { return wait(ctx) }
	t.Cleanup(w.close)
	return w, sync.OnceFunc(func() { close(gate) })
}

func waitingComment(post string) *pgJob {
	return &pgJob{comment: &addition{NewComment: blog.NewComment{ID: blog.NewID(), Submission: blog.Submission{PostID: post}}}}
}

// TestPGDatabaseStandsStill: however many come, so many wait, the rest are told at once to come again, and all have their
// answer when the time of a commit is over.
func TestPGDatabaseStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := still(t)
		const n = 5000
		var atOnce, late atomic.Int64
		begin := time.Now()
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				err := w.do(t.Context(), fmt.Sprint("post ", i%100), waitingComment(fmt.Sprint("post ", i%100)))
				var e *blog.Error
				if !errors.As(err, &e) || e.Kind != blog.Unavailable || e.RetryAfter <= 0 {
					t.Errorf("%v", err)
				}
				if time.Since(begin) == 0 {
					atOnce.Add(1)
				} else {
					late.Add(1)
				}
			})
		}
		all.Wait()
		if took := time.Since(begin); took > w.limit+time.Second {
			t.Errorf("the last heard after %v", took)
		}
		if got := late.Load(); got > queueLength+int64(w.pace.all*w.most) || got < queueLength/2 {
			t.Errorf("%d waited, %d were told at once", got, atOnce.Load())
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.waiting != 0 {
			t.Errorf("%d still wait", w.waiting)
		}
	})
}

// TestPGNothingIsLostAfterAPause: those who wait while the database stands still are answered when it goes on.
func TestPGNothingIsLostAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, goOn := still(t)
		var all sync.WaitGroup
		for i := range 500 {
			all.Go(func() {
				if err := w.do(t.Context(), fmt.Sprint("post ", i%100), waitingComment(fmt.Sprint("post ", i%100))); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(5 * time.Second)
		goOn()
		all.Wait()
	})
}

// TestPGHotPostLeavesRoom: a post that everyone writes to does not take all places.
func TestPGHotPostLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, goOn := still(t)
		defer goOn()
		var refused atomic.Int64
		write := func(post string) {
			go func() {
				if err := w.do(t.Context(), post, waitingComment(post)); err != nil {
					refused.Add(1)
				}
			}()
			synctest.Wait()
		}
		for range queueLength + batchLength {
			write("hot")
		}
		if got := refused.Load(); got < queueLength/2-batchLength || got > queueLength/2+batchLength {
			t.Errorf("%d of %d were refused", got, queueLength+batchLength)
		}
		refused.Store(0)
		for i := range 100 {
			write(fmt.Sprint("post ", i))
		}
		if got := refused.Load(); got > 0 {
			t.Errorf("%d were refused whose posts nobody else writes to", got)
		}
	})
}

// TestPGOneByOneIsBounded: comments of one post that are looked at one by one share the time of one commit.
func TestPGOneByOneIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := still(t)
		wait := w.addAll
		w.addRoots = func(_ context.Context, shares []share) ([]share, bool, error) { return shares, false, nil }
		w.addAll = func(ctx context.Context, post string, list []*addition) error {
			if len(list) > 1 {
				return errors.New("one of them is to blame")
			}
			return wait(ctx, post, list)
		}
		begin := time.Now()
		var all sync.WaitGroup
		for range batchLength {
			all.Go(func() {
				if err := w.do(t.Context(), "post", waitingComment("post")); err == nil {
					t.Error("stored")
				}
			})
		}
		all.Wait()
		if took := time.Since(begin); took > 2*w.limit {
			t.Errorf("the last heard after %v", took)
		}
	})
}

// TestPGSlowCommitsStandBesideEachOther: commits that take long let others begin, as many as there are connections; where
// others were found writing to the same posts, each post has its own.
func TestPGSlowCommitsStandBesideEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, goOn := still(t)
		defer goOn()
		serving := func() int {
			synctest.Wait()
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.pace.running
		}
		write := func(post string) {
			go func() { _ = w.do(t.Context(), post, waitingComment(post)) }()
		}
		write("a")
		for n := range 12 {
			if got := serving(); got != min(n+1, w.pace.all) {
				t.Fatalf("%d commits after %d posts", got, n+1)
			}
			write(fmt.Sprint("post ", n))
			if got := serving(); got != min(n+1, w.pace.all) {
				t.Fatalf("%d commits at once after %d posts", got, n+2)
			}
			time.Sleep(slowTrip)
		}
	})
}

// TestPGApart: posts to which others write are written to one by one for a while.
func TestPGApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := still(t)
		var mu sync.Mutex
		var commits []int
		note := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			commits = append(commits, n)
		}
		w.addRoots = func(_ context.Context, shares []share) ([]share, bool, error) {
			note(len(shares))
			time.Sleep(time.Millisecond)
			if len(shares) > 1 {
				return shares, true, nil
			}
			return nil, false, nil
		}
		w.addAll = func(context.Context, string, []*addition) error { note(-1); return nil }
		round := func() []int {
			mu.Lock()
			commits = nil
			mu.Unlock()
			var all sync.WaitGroup
			for i := range 4 {
				all.Go(func() { _ = w.do(t.Context(), fmt.Sprint(i), waitingComment(fmt.Sprint(i))) })
				synctest.Wait()
			}
			all.Wait()
			slices.Sort(commits)
			return commits
		}
		if got := round(); !slices.Equal(got, []int{-1, -1, -1, 1, 3}) {
			t.Errorf("commits %v: one alone, then three that others write to, then each of those", got)
		}
		if got := round(); !slices.Equal(got, []int{1, 1, 1, 1}) {
			t.Errorf("commits %v after a race that was lost", got)
		}
		time.Sleep(apartTime)
		if got := round(); !slices.Equal(got, []int{-1, -1, -1, 1, 3}) {
			t.Errorf("commits %v after a while", got)
		}
	})
}
