package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"vang/blog"
)

// slotPatience is how long a post waits for a connection before those who wait there are told to come again.
const slotPatience = 20 * time.Second

// pgJob is a write in the queue of its post: a new comment, which shares a commit with others, or something that goes alone.
// Whoever moves its state from waiting decides: the writer takes it, or its caller gives up.
type pgJob struct {
	comment *addition
	alone   func(ctx context.Context) error

	state atomic.Int32
	err   error
	done  chan struct{}
}

// pgWriter has a queue for each post. What queued for a post during its last commit goes into the next, so that one round
// trip and one sync of the disk pay for all of them; writers of one post would only wait for each other's lock of its row.
// Posts commit beside each other. A batch has no caller's context: a reader who goes away cannot break what others wrote.
type pgWriter struct {
	addAll func(ctx context.Context, postID string, list []*addition) error
	slots  chan struct{} // one for each post that may commit at this moment
	most   int           // comments in one commit

	mu      sync.Mutex
	queues  map[string][]*pgJob // of the posts that are served
	waiting int
	closed  bool
	serving sync.WaitGroup
}

// newPGWriter makes a writer that commits for as many posts at once as there are connections to write with.
func newPGWriter(s *pgStore) *pgWriter {
	connections := s.writing.Config().MaxConns
	return &pgWriter{
		addAll: s.addAll, slots: make(chan struct{}, connections), most: batchLength, queues: map[string][]*pgJob{},
	}
}

// close lets what is queued finish.
func (w *pgWriter) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.serving.Wait()
}

// do queues j and waits for its end. A caller whose ctx ends before the writer took the job gets Unavailable and nothing was
// done; after that it waits for the true answer.
func (w *pgWriter) do(ctx context.Context, postID string, j *pgJob) error {
	j.done = make(chan struct{})
	if err := w.enqueue(postID, j); err != nil {
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

func (w *pgWriter) enqueue(postID string, j *pgJob) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed()
	}
	if w.waiting == queueLength {
		return unavailable(time.Second, errors.New("too many writes are waiting"))
	}
	w.waiting++
	queue, served := w.queues[postID]
	w.queues[postID] = append(queue, j)
	if !served {
		w.serving.Go(func() { w.serve(postID) })
	}
	return nil
}

// serve writes what queues for a post until nothing does.
func (w *pgWriter) serve(postID string) {
	for w.next(postID) {
		// Those just answered often write again: let them queue, so that they share the next commit.
		runtime.Gosched()
	}
}

// next makes one commit; false if nothing waits. It takes a slot first and the jobs then: while others write, callers can
// still give up.
func (w *pgWriter) next(postID string) bool {
	patience := time.NewTimer(slotPatience)
	defer patience.Stop()
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-patience.C:
		w.refuse(postID, unavailable(time.Second, errors.New("all connections for writing are in use")))
	}
	jobs := w.take(postID)
	if len(jobs) > 0 {
		w.batch(postID, jobs)
	}
	return len(jobs) > 0
}

// take collects jobs that nobody gave up and that go together. When none waits, the post is no longer served.
func (w *pgWriter) take(postID string) (jobs []*pgJob) {
	w.mu.Lock()
	defer w.mu.Unlock()
	queue := w.queues[postID]
	for len(queue) > 0 && (len(jobs) == 0 || len(jobs) < w.most && jobs[0].comment != nil && queue[0].comment != nil) {
		if queue[0].state.CompareAndSwap(jobWaiting, jobTaken) {
			jobs = append(jobs, queue[0])
		}
		queue = queue[1:]
		w.waiting--
	}
	w.queues[postID] = queue
	if len(jobs) == 0 {
		delete(w.queues, postID)
	}
	return jobs
}

// batch carries out jobs and answers them. What the database has against one of them must not befall the others; that it
// cannot be reached is everyone's trouble, also of those who wait: each of them would only wait as long again.
func (w *pgWriter) batch(postID string, jobs []*pgJob) {
	err := w.run(postID, jobs)
	if len(jobs) > 1 && err != nil && blog.KindOf(err) == blog.Internal {
		w.oneByOne(postID, jobs)
		return
	}
	for _, j := range jobs {
		j.end(err)
	}
	if blog.KindOf(err) == blog.Unavailable {
		w.refuse(postID, err)
	}
}

func (w *pgWriter) oneByOne(postID string, jobs []*pgJob) {
	for i := range jobs {
		w.batch(postID, jobs[i:i+1])
	}
}

// run turns a panic into an error: without that, one comment would end the process with all that waits there, and whoever
// repeats the request at another replica would end that one too.
func (w *pgWriter) run(postID string, jobs []*pgJob) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("write to %s: panic: %v\n%s", postID, p, debug.Stack())
		}
	}()
	ctx := context.Background()
	if alone := jobs[0].alone; alone != nil {
		return alone(ctx)
	}
	return w.addAll(ctx, postID, column(jobs, func(j *pgJob) *addition { return j.comment }))
}

// end answers j's caller.
func (j *pgJob) end(err error) {
	if err == nil && j.comment != nil {
		err = j.comment.err
	}
	j.err = err
	close(j.done)
}

// refuse answers all who wait for the post.
func (w *pgWriter) refuse(postID string, err error) {
	w.mu.Lock()
	queue := w.queues[postID]
	w.queues[postID] = nil
	w.waiting -= len(queue)
	w.mu.Unlock()
	for _, j := range queue {
		if j.state.CompareAndSwap(jobWaiting, jobTaken) {
			j.end(err)
		}
	}
}
