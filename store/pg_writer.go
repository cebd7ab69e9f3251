package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"vang/blog"
)

// pgJob is a write in the queue of its post: a new comment, which shares a commit with others, or something that goes alone.
// Whoever moves its state from waiting decides: the writer takes it, or its caller gives up.
type pgJob struct {
	comment *addition
	alone   func(ctx context.Context) error

	state atomic.Int32
	err   error
	done  chan struct{}
}

// pgWriter queues writes by post. What queued during the last commit goes into the next, of whatever posts it is, so that one
// round trip and one sync of the disk pay for all of it. A batch has no caller's context: a reader who goes away cannot break
// what others wrote.
type pgWriter struct {
	addRoots func(ctx context.Context, shares []share) (left []share, moved bool, err error)
	addAll   func(ctx context.Context, postID string, list []*addition) error
	limit    time.Duration // of one commit, with all that is tried for it
	most     int           // comments in one commit

	mu      sync.Mutex
	queues  map[string]*pgQueue // of posts for which something waits or is under way
	ready   []*pgQueue          // those for which something waits and nothing is under way, first come first
	waiting int
	pace    pace      // of commits
	apart   time.Time // until then no posts share a commit
	closed  bool
	ended   sync.WaitGroup
}

// newPGWriter makes a writer that uses as many connections as there are to write with.
func newPGWriter(s *pgStore) *pgWriter {
	return &pgWriter{
		addRoots: s.addRoots, addAll: s.addAll, limit: s.writing.limits.operation, most: batchLength,
		pace: pace{all: int(s.writing.Config().MaxConns)}, queues: map[string]*pgQueue{},
	}
}

// close lets what is queued finish.
func (w *pgWriter) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.ended.Wait()
}

// do queues j and waits for its end. A caller whose ctx ends before the writer took the job gets Unavailable and nothing was
// done; after that it waits for the true answer.
func (w *pgWriter) do(ctx context.Context, postID string, j *pgJob) error {
	j.done = make(chan struct{})
	if err := w.enqueue(postID, j); err != nil {
		return err
	}
	patience := time.NewTimer(queuePatience)
	defer patience.Stop()
	var err error
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-patience.C:
		err = errors.New("all connections for writing are in use")
	}
	if j.state.CompareAndSwap(jobWaiting, jobGivenUp) {
		return unavailable(time.Second, err)
	}
	<-j.done
	return j.err
}

// serve makes commits until nothing waits.
func (w *pgWriter) serve() {
	for b := w.take(); b != nil; b = w.take() {
		w.commit(b)
		// Those just answered often write again: let them queue, so that they share the next commit.
		runtime.Gosched()
	}
}

// commit carries out b and answers it.
func (w *pgWriter) commit(b *pgBatch) {
	ctx, cancel := context.WithDeadline(context.Background(), b.until)
	defer cancel()
	w.mu.Lock()
	end := w.pace.trip(&w.mu, w.wake)
	w.mu.Unlock()
	var left []pgPart
	if b.quick {
		left = w.together(ctx, b)
	} else {
		w.batch(ctx, b.parts[0].queue.postID, b.parts[0].jobs)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	end()
	w.done(b, left)
}

// together stores comments of several posts and answers them. Those of the posts left are not stored, and are to be looked
// at post by post: what the database has against one of them must not befall the others.
func (w *pgWriter) together(ctx context.Context, b *pgBatch) (left []pgPart) {
	shares := column(b.parts, func(p pgPart) share {
		return share{p.queue.postID, column(p.jobs, func(j *pgJob) *addition { return j.comment })}
	})
	var aside []share
	var moved bool
	err := caught("comments", func() (err error) {
		aside, moved, err = w.addRoots(ctx, shares)
		return err
	})
	if err != nil && blog.KindOf(err) == blog.Internal {
		return b.parts
	}
	if moved {
		w.mu.Lock()
		w.apart = time.Now().Add(apartTime)
		w.mu.Unlock()
	}
	for _, p := range b.parts {
		if err == nil && slices.ContainsFunc(aside, func(s share) bool { return s.postID == p.queue.postID }) {
			left = append(left, p)
			continue
		}
		for _, j := range p.jobs {
			j.end(err)
		}
	}
	if blog.KindOf(err) == blog.Unavailable {
		w.refuse("", err)
	}
	return left
}

// batch carries out jobs of one post and answers them. What the database has against one of them must not befall the others;
// that it cannot be reached is everyone's trouble, also of those who wait: each of them would only wait as long again.
func (w *pgWriter) batch(ctx context.Context, postID string, jobs []*pgJob) {
	err := caught(postID, func() error { return w.run(ctx, postID, jobs) })
	if len(jobs) > 1 && err != nil && blog.KindOf(err) == blog.Internal {
		for i := range jobs {
			w.batch(ctx, postID, jobs[i:i+1])
		}
		return
	}
	for _, j := range jobs {
		j.end(err)
	}
	if blog.KindOf(err) == blog.Unavailable {
		w.refuse(postID, err)
	}
}

func (w *pgWriter) run(ctx context.Context, postID string, jobs []*pgJob) error {
	if alone := jobs[0].alone; alone != nil {
		return alone(ctx)
	}
	return w.addAll(ctx, postID, column(jobs, func(j *pgJob) *addition { return j.comment }))
}

// caught turns a panic into an error: without that, one comment would end the process with all that waits there, and whoever
// repeats the request at another replica would end that one too.
func caught(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write to %s: panic: %v\n%s", what, p, debug.Stack())
		}
	}()
	return f()
}

// end answers j's caller.
func (j *pgJob) end(err error) {
	if err == nil && j.comment != nil {
		err = j.comment.err
	}
	j.err = err
	close(j.done)
}
