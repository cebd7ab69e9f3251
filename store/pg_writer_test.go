package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"vang/blog"
)

// held is a store on a real server, whose first commit to a post waits for release.
type held struct {
	*pgStore
	t       *testing.T
	post    string
	mu      sync.Mutex
	batches []int // how many comments each commit was for
	release func()
}

func openHeld(t *testing.T) *held {
	t.Helper()
	opened, err := Open(t.Context(), Options{Address: Server.Address(t)})
	if err != nil {
		t.Fatal(err)
	}
	h := &held{pgStore: opened.(*pgStore), t: t}
	synced, err := h.SyncPosts(t.Context(), []PostAddress{{Slug: "a"}, {Slug: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	h.post = synced.IDs["a"]
	gate, inside := make(chan struct{}), make(chan struct{})
	first := sync.OnceFunc(func() {
		close(inside)
		<-gate
	})
	h.onCommit(func(list []*addition) {
		h.mu.Lock()
		h.batches = append(h.batches, len(list))
		h.mu.Unlock()
		if list[0].PostID == h.post {
			first()
		}
	})
	h.release = sync.OnceFunc(func() { close(gate) })
	t.Cleanup(func() {
		h.release()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	h.start(func() error { _, err := h.AddComment(t.Context(), h.comment("first")); return err })
	<-inside
	return h
}

// onCommit calls f before each commit for comments, of one post and of several.
func (h *held) onCommit(f func(list []*addition)) {
	roots, all := h.writer.addRoots, h.writer.addAll
	h.writer.addRoots = func(ctx context.Context, shares []share) ([]share, bool, error) {
		var list []*addition
		for _, s := range shares {
			list = append(list, s.list...)
		}
		f(list)
		return roots(ctx, shares)
	}
	h.writer.addAll = func(ctx context.Context, post string, list []*addition) error {
		f(list)
		return all(ctx, post, list)
	}
}

// start has someone write and returns what waits for the outcome.
func (h *held) start(write func() error) (outcome func() error) {
	done := make(chan error, 1)
	go func() { done <- write() }()
	return func() error { return <-done }
}

// queue has n comments wait.
func (h *held) queue(n int, with func(i int, c *blog.NewComment)) (outcomes []func() error) {
	h.t.Helper()
	before := h.queued()
	for i := range n {
		c := h.comment(fmt.Sprint("words ", i))
		if with != nil {
			with(i, &c)
		}
		outcomes = append(outcomes, h.start(func() error { _, err := h.AddComment(h.t.Context(), c); return err }))
		h.await(before + i + 1) // one after the other, so that they queue in this order
	}
	return outcomes
}

func (h *held) queued() int {
	h.writer.mu.Lock()
	defer h.writer.mu.Unlock()
	return h.writer.waiting
}

func (h *held) await(n int) {
	h.t.Helper()
	for h.queued() != n {
		if h.t.Context().Err() != nil {
			h.t.Fatal("it never waited")
		}
		runtime.Gosched()
	}
}

func (h *held) comment(body string) blog.NewComment {
	c := blog.NewComment{
		ID: blog.NewID(), Submission: blog.Submission{PostID: h.post, Name: "Lan", Body: body},
		Visitor: "lan", Owner: "lan", State: blog.Published,
	}
	c.Fingerprint = c.Submission.Fingerprint()
	return c
}

func (h *held) sizes() []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.batches)
}

// TestPGWritesShareCommits: what queued during one commit goes with the next, 64 at a time.
func TestPGWritesShareCommits(t *testing.T) {
	h := openHeld(t)
	outcomes := h.queue(100, nil)
	h.release()
	for i, outcome := range outcomes {
		if err := outcome(); err != nil {
			t.Errorf("comment %d: %v", i, err)
		}
	}
	if got := h.sizes(); !slices.Equal(got, []int{1, 64, 36}) {
		t.Errorf("commits for %v comments", got)
	}
	ch, err := h.Changes(t.Context(), h.post, 0, 1000)
	if err != nil || len(ch.Comments) != 101 || ch.Head.Rev != 101 {
		t.Fatalf("%d comments, head %+v, %v", len(ch.Comments), ch.Head, err)
	}
	for i, c := range ch.Comments[1:] {
		if want := fmt.Sprint("words ", i); c.Body != want {
			t.Errorf("%q stands where %q should: first come, first numbered", c.Body, want)
		}
	}
	page, err := h.Page(t.Context(), blog.PageQuery{PostID: h.post, Order: blog.Newest})
	if err != nil || len(page.Comments) == 0 {
		t.Fatal(page, err)
	}
	for i, c := range page.Comments {
		if want := int64(101 - i); c.Seq != want {
			t.Errorf("the newest but %d is %d, not %d", i, c.Seq, want)
		}
	}
}

// TestPGBatchSplits: what the database has against one comment does not befall those beside it. A refusal that can be worked
// out before costs no commit of its own.
func TestPGBatchSplits(t *testing.T) {
	h := openHeld(t)
	taken := h.comment("taken")
	wrong := map[int]func(*blog.NewComment){
		2: func(c *blog.NewComment) { c.State = "nonsense" },
		5: func(c *blog.NewComment) { c.ParentID = "no-such-comment" },
		7: func(c *blog.NewComment) { c.ID = taken.ID },
	}
	outcomes := h.queue(1, func(_ int, c *blog.NewComment) { *c = taken })
	outcomes = append(outcomes, h.queue(9, func(i int, c *blog.NewComment) {
		if spoil := wrong[i]; spoil != nil {
			spoil(c)
		}
	})...)
	h.release()
	for i, outcome := range outcomes {
		err := outcome()
		if _, spoiled := wrong[i-1]; spoiled != (err != nil) {
			t.Errorf("comment %d: %v", i, err)
		}
	}
	if ch, err := h.Changes(t.Context(), h.post, 0, 1000); err != nil || len(ch.Comments) != 8 || ch.Head.Rev != 8 {
		t.Errorf("%d comments, head %+v, %v", len(ch.Comments), ch.Head, err)
	}
	if got := h.sizes(); len(got) != 2+10 {
		t.Errorf("commits for %v comments: one for all, then one for each", got)
	}
}

// TestPGPanicIsOnesOwn: a mistake of ours that one comment finds costs that one its answer, not the process.
func TestPGPanicIsOnesOwn(t *testing.T) {
	h := openHeld(t)
	h.onCommit(func(list []*addition) {
		if slices.ContainsFunc(list, func(a *addition) bool { return a.Body == "poison" }) {
			panic("a mistake")
		}
	})
	outcomes := h.queue(3, func(i int, c *blog.NewComment) {
		if i == 1 {
			c.Body = "poison"
		}
	})
	h.release()
	for i, outcome := range outcomes {
		if err := outcome(); (err != nil) != (i == 1) || err != nil && blog.KindOf(err) != blog.Internal {
			t.Errorf("comment %d: %v", i, err)
		}
	}
	if _, err := h.AddComment(t.Context(), h.comment("after")); err != nil {
		t.Error(err)
	}
}

// TestPGChangesGoAlone: an edit stands in the queue of its post, and takes nobody along.
func TestPGChangesGoAlone(t *testing.T) {
	h := openHeld(t)
	outcomes := h.queue(3, nil)
	closing := h.start(func() error { _, err := h.SetReadOnly(t.Context(), h.post, true); return err })
	h.await(4)
	late := h.queue(2, nil)
	h.release()
	for _, outcome := range append(outcomes, closing) {
		if err := outcome(); err != nil {
			t.Error(err)
		}
	}
	for _, outcome := range late {
		if err := outcome(); blog.KindOf(err) != blog.ReadOnly {
			t.Errorf("after the discussion was closed: %v", err)
		}
	}
	if got := h.sizes(); !slices.Equal(got, []int{1, 3, 2, 2}) { // those that are refused are looked at
		t.Errorf("commits for %v comments", got)
	}
}

// TestPGPostsCommitBesideEachOther: a post whose commit takes long keeps nobody else waiting.
func TestPGPostsCommitBesideEachOther(t *testing.T) {
	h := openHeld(t)
	id, _, err := h.Resolve(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	c := h.comment("elsewhere")
	c.PostID = id
	if _, err := h.AddComment(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestPGQueueIsBounded(t *testing.T) {
	h := openHeld(t)
	h.writer.mu.Lock()
	h.writer.waiting += queueLength // as if so many waited for other posts
	h.writer.mu.Unlock()
	_, err := h.AddComment(t.Context(), h.comment("one too many"))
	var e *blog.Error
	if !errors.As(err, &e) || e.Kind != blog.Unavailable || e.RetryAfter <= 0 {
		t.Errorf("a full queue: %v", err)
	}
	h.writer.mu.Lock()
	h.writer.waiting -= queueLength
	h.writer.mu.Unlock()
	outcomes := h.queue(1, nil)
	h.release()
	if err := outcomes[0](); err != nil {
		t.Error(err)
	}
}

// TestPGGivenUp: whoever gives up while waiting is never carried out; once the commit has begun, they wait for its outcome.
func TestPGGivenUp(t *testing.T) {
	h := openHeld(t)
	ctx, cancel := context.WithCancel(t.Context())
	waits := h.comment("waits")
	outcome := h.start(func() error { _, err := h.AddComment(ctx, waits); return err })
	h.await(1)
	cancel()
	if err := outcome(); blog.KindOf(err) != blog.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	h.release()
	begun := h.comment("begun")
	ctx, cancel = context.WithCancel(t.Context())
	h.onCommit(func([]*addition) { cancel() })
	if _, err := h.AddComment(ctx, begun); err != nil {
		t.Errorf("given up while it was carried out: %v", err)
	}
	if _, err := h.Comment(t.Context(), begun.ID); err != nil {
		t.Error(err)
	}
	if _, err := h.Comment(t.Context(), waits.ID); blog.KindOf(err) != blog.NotFound {
		t.Errorf("given up, and here: %v", err)
	}
}

// TestPGCloseFinishes: what waits at Close is done; what comes later is refused.
func TestPGCloseFinishes(t *testing.T) {
	h := openHeld(t)
	outcomes := h.queue(10, nil)
	closed := h.start(h.Close)
	nothing := func(context.Context) error { return nil }
	for h.writer.enqueue(h.post, &pgJob{done: make(chan struct{}), alone: nothing}) == nil { // until it refuses
		runtime.Gosched()
	}
	if _, err := h.AddComment(t.Context(), h.comment("too late")); blog.KindOf(err) != blog.Unavailable {
		t.Errorf("after Close: %v", err)
	}
	h.release()
	for _, outcome := range outcomes {
		if err := outcome(); err != nil {
			t.Error(err)
		}
	}
	if err := closed(); err != nil {
		t.Error(err)
	}
}

// TestPGRefusedTogether: when the database does not answer, those who wait are told as soon as the first is.
func TestPGRefusedTogether(t *testing.T) {
	h := openHeld(t)
	outcomes := h.queue(100, nil)
	commits := 0
	h.writer.addRoots = func(context.Context, []share) ([]share, bool, error) {
		commits++
		return nil, false, unavailable(0, errors.New("nobody is there"))
	}
	h.release()
	for _, outcome := range outcomes {
		if err := outcome(); blog.KindOf(err) != blog.Unavailable {
			t.Error(err)
		}
	}
	if commits != 1 {
		t.Errorf("%d commits were tried for those who waited", commits)
	}
	if n := h.queued(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}

// TestPGIdleWritersAreGone: nothing is kept of a post to which nobody writes.
func TestPGIdleWritersAreGone(t *testing.T) {
	h := openHeld(t)
	h.release()
	h.writer.ended.Wait()
	h.writer.mu.Lock()
	defer h.writer.mu.Unlock()
	if len(h.writer.queues) != 0 || h.writer.waiting != 0 || h.writer.pace.running+h.writer.pace.slow+len(h.writer.ready) != 0 {
		t.Errorf("%d queues, %d waiting, %d serving", len(h.writer.queues), h.writer.waiting, h.writer.pace.running)
	}
}
