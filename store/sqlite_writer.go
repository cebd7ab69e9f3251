package store

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"vang/blog"
)

const (
	queueLength = 1024             // writes that may wait; more are told to come again
	batchLength = 64               // writes in one commit
	sweepEvery  = 10 * time.Minute // between two removals of what has expired
)

// write is what one caller wants done. It may run more than once, so it sets what it answers anew each time.
type write func(ctx context.Context, t txn) error

// job is a write in the queue. Whoever moves its state from waiting decides: the writer takes it, or its caller gives up.
type job struct {
	run   write
	state atomic.Int32
	err   error
	done  chan struct{}
}

const (
	jobWaiting int32 = iota
	jobTaken
	jobGivenUp
)

// writer is the one connection that writes. All writes that queued during the last commit go into the next, each in a
// savepoint of its own, so that one sync of the disk pays for all of them and one that fails rolls back alone. A batch has
// no caller's context: a reader who goes away cannot break what others wrote.
type writer struct {
	link  *link
	place *place
	fault func(error) error
	lost  func(error) bool // whether an error has cost the whole transaction
	sweep write
	now   blog.Clock
	log   *slog.Logger

	swept time.Time
	jobs  chan *job
	ended chan struct{}

	mu     sync.RWMutex // guards closed, and jobs against being closed during a send
	closed bool
}

func (w *writer) start() {
	w.jobs, w.ended = make(chan *job, queueLength), make(chan struct{})
	go func() {
		defer close(w.ended)
		for first := range w.jobs {
			w.batch(first)
			// Those just answered often write again: let them queue, so that they share the next commit (measured: a third
			// more comments a second from 32 writers on a loaded machine).
			runtime.Gosched()
		}
		w.link.disconnect()
	}()
}

// close lets what is queued finish.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.jobs)
	}
	w.mu.Unlock()
	<-w.ended
}

// do runs f in a transaction and waits for its commit. A caller whose ctx ends before the writer took its job gets
// Unavailable and nothing was done; after that it waits the moment for the true answer.
func (w *writer) do(ctx context.Context, f write) error {
	j := &job{run: f, done: make(chan struct{})}
	if err := w.enqueue(j); err != nil {
		return err
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
	}
	if j.state.CompareAndSwap(jobWaiting, jobGivenUp) {
		return unavailable(time.Second, ctx.Err())
	}
	<-j.done
	return j.err
}

func (w *writer) enqueue(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed()
	}
	select {
	case w.jobs <- j:
		return nil
	default:
		return unavailable(time.Second, errors.New("too many writes are waiting"))
	}
}

// batch takes the lock first and the jobs then: while another program holds the lock, callers can still give up.
func (w *writer) batch(first *job) {
	ctx := context.Background()
	if err := w.begin(ctx); err != nil {
		w.refuse(first, w.fault(err))
		return
	}
	jobs := w.take(first, batchLength)
	if err := w.finish(ctx, jobs); err != nil {
		w.oneByOne(ctx, jobs, err)
	}
	for _, j := range jobs {
		close(j.done)
	}
	w.sweepIfDue(ctx)
}

// begin takes the database's lock for writing. A connection that is in no state to do so is replaced once.
func (w *writer) begin(ctx context.Context) error {
	err := w.tryBegin(ctx)
	if err == nil || isBusy(err) {
		return err
	}
	w.link.disconnect()
	if err = w.tryBegin(ctx); err != nil && !isBusy(err) {
		w.link.disconnect()
	}
	return err
}

func (w *writer) tryBegin(ctx context.Context) error {
	if err := w.link.connect(ctx); err != nil {
		return err
	}
	return txn{w.link}.exec(ctx, `BEGIN IMMEDIATE`)
}

// take collects jobs that nobody gave up, first and those that wait.
func (w *writer) take(first *job, most int) []*job {
	jobs := make([]*job, 0, most)
	for j := first; ; {
		if j.state.CompareAndSwap(jobWaiting, jobTaken) {
			jobs = append(jobs, j)
		}
		if len(jobs) == most {
			return jobs
		}
		select {
		case next, open := <-w.jobs:
			if !open {
				return jobs
			}
			j = next
		default:
			return jobs
		}
	}
}

// refuse answers first and all that wait now: each of them would only wait as long again.
func (w *writer) refuse(first *job, err error) {
	for _, j := range w.take(first, queueLength+1) {
		j.err = err
		close(j.done)
	}
}

// finish runs jobs and commits. After an error nothing of them is in the database.
func (w *writer) finish(ctx context.Context, jobs []*job) error {
	t := txn{w.link}
	err := w.runAll(ctx, t, jobs)
	if err == nil {
		err = w.place.check()
	}
	if err == nil {
		err = t.exec(ctx, `COMMIT`)
	}
	if err != nil {
		w.rollback(ctx)
	}
	return err
}

func (w *writer) runAll(ctx context.Context, t txn, jobs []*job) error {
	for _, j := range jobs {
		if err := t.exec(ctx, `SAVEPOINT one`); err != nil {
			return err
		}
		if j.err = j.run(ctx, t); j.err != nil {
			if w.lost(j.err) {
				return j.err
			}
			j.err = w.fault(j.err)
			if err := t.exec(ctx, `ROLLBACK TO one`); err != nil {
				return err
			}
		}
		if err := t.exec(ctx, `RELEASE one`); err != nil {
			return err
		}
	}
	return nil
}

// oneByOne gives each job of a lost batch a transaction of its own: one too large for a full disk must not take the others
// with it. The trouble of the batch is the answer where there was only one, and where it is everyone's.
func (w *writer) oneByOne(ctx context.Context, jobs []*job, err error) {
	if len(jobs) == 1 || isMoved(err) {
		for _, j := range jobs {
			j.err = w.fault(err)
		}
		return
	}
	for i, j := range jobs {
		if err := w.begin(ctx); err != nil {
			for _, j := range jobs[i:] {
				j.err = w.fault(err)
			}
			return
		}
		if err := w.finish(ctx, jobs[i:i+1]); err != nil {
			j.err = w.fault(err)
		}
	}
}

// rollback ends the transaction. The engine may have ended it already, so an error says nothing; what a connection that is
// still inside one would do, the next begin finds out.
func (w *writer) rollback(ctx context.Context) {
	_ = txn{w.link}.exec(ctx, `ROLLBACK`)
}

func (w *writer) sweepIfDue(ctx context.Context) {
	if now := w.now(); now.Sub(w.swept) >= sweepEvery {
		w.swept = now
		if err := w.alone(ctx, w.sweep); err != nil {
			w.log.WarnContext(ctx, "remove expired rows", "error", w.fault(err))
		}
	}
}

// alone runs f in a transaction of its own.
func (w *writer) alone(ctx context.Context, f write) error {
	j := &job{run: f}
	if err := w.begin(ctx); err != nil {
		return err
	}
	if err := w.finish(ctx, []*job{j}); err != nil {
		return err
	}
	return j.err
}
