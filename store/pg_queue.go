package store

import (
	"errors"
	"slices"
	"time"
)

const (
	// queuePatience is how long a write waits for its turn before its caller is told to come again.
	queuePatience = 20 * time.Second
	// apartTime is how long no posts share a commit after other processes were found writing to one of them.
	apartTime = time.Second
)

// pgQueue is what waits for one post. One commit at a time is under way for it: writers of one post would only wait for each
// other's lock of its row.
type pgQueue struct {
	postID string
	jobs   []*pgJob
	again  []*pgJob  // taken, not stored with those of other posts, and to be looked at before the rest
	until  time.Time // when the time for those is over
}

// pgBatch is what goes into one commit: comments of any posts that answer no other, or what waits for one post.
type pgBatch struct {
	quick bool
	until time.Time
	parts []pgPart
	n     int // jobs in all
}

// pgPart is the jobs of one post.
type pgPart struct {
	queue *pgQueue
	jobs  []*pgJob
}

// enqueue refuses a post for which more waits than there are places left: one that everyone writes to never takes all places
// from the others (Choudhury and Hahne, "Dynamic queue length thresholds", 1998).
func (w *pgWriter) enqueue(postID string, j *pgJob) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed()
	}
	q, known := w.queues[postID]
	if !known {
		q = &pgQueue{postID: postID}
	}
	if len(q.jobs) >= queueLength-w.waiting {
		return unavailable(time.Second, errors.New("too many writes are waiting"))
	}
	w.waiting++
	q.jobs = append(q.jobs, j)
	if !known {
		w.queues[postID] = q
		w.ready = append(w.ready, q)
		w.wake()
	}
	return nil
}

// wake starts as many to serve as there is work for and as may. It is called with the lock held.
func (w *pgWriter) wake() {
	apart := time.Now().Before(w.apart)
	for n := len(w.ready); n > 0 && (w.pace.may() || apart && w.pace.running < w.pace.all); n-- {
		w.pace.running++
		w.ended.Go(w.serve)
	}
}

// take collects what goes together: of the post that waits longest, and if those are comments that answer no other, such of
// further posts. nil if nothing waits: then whoever asked serves no longer.
func (w *pgWriter) take() *pgBatch {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	b := &pgBatch{until: now.Add(w.limit)}
	shared := !now.Before(w.apart)
	kept := w.ready[:0]
	for _, q := range w.ready {
		full := b.n > 0 && (!b.quick || !shared || b.n >= w.most)
		if full || !w.takeFrom(q, b) {
			kept = append(kept, q)
		}
	}
	clear(w.ready[len(kept):])
	w.ready = kept
	if b.n == 0 {
		w.pace.running--
		return nil
	}
	return b
}

// takeFrom adds to b what goes with it, if q is to stay in ready no longer.
func (w *pgWriter) takeFrom(q *pgQueue, b *pgBatch) bool {
	if len(q.again) > 0 {
		if b.n > 0 {
			return false
		}
		b.until = q.until
		if least := time.Now().Add(writeLimits.try); b.until.Before(least) {
			b.until = least // what is left, and time for one try
		}
		b.add(q, q.again, false)
		q.again = nil
		return true
	}
	for len(q.jobs) > 0 {
		n, quick := q.together(w.most - b.n)
		if b.n > 0 && !quick {
			return false
		}
		jobs := make([]*pgJob, 0, n)
		for _, j := range q.jobs[:n] {
			if j.state.CompareAndSwap(jobWaiting, jobTaken) {
				jobs = append(jobs, j)
			}
		}
		q.jobs = q.jobs[n:]
		w.waiting -= n
		if len(jobs) > 0 {
			b.add(q, jobs, quick)
			return true
		}
	}
	delete(w.queues, q.postID) // all gave up
	return true
}

func (b *pgBatch) add(q *pgQueue, jobs []*pgJob, quick bool) {
	b.parts, b.quick, b.n = append(b.parts, pgPart{q, jobs}), quick, b.n+len(jobs)
}

// together counts the first jobs that may share a commit, at most room, and tells whether storeRoots can store them.
func (q *pgQueue) together(room int) (n int, quick bool) {
	if q.jobs[0].comment == nil {
		return 1, false
	}
	quick = true
	for n < len(q.jobs) && n < room && q.jobs[n].comment != nil {
		a := q.jobs[n].comment
		quick = quick && a.quick() && !slices.ContainsFunc(q.jobs[:n], func(j *pgJob) bool { return a.repeats(j.comment) })
		n++
	}
	return n, quick
}

// done puts back what was left of b, and lets its posts be written to again.
func (w *pgWriter) done(b *pgBatch, left []pgPart) {
	for _, p := range left {
		p.queue.again, p.queue.until = p.jobs, b.until
	}
	for _, p := range b.parts {
		if len(p.queue.again)+len(p.queue.jobs) > 0 {
			w.ready = append(w.ready, p.queue)
		} else {
			delete(w.queues, p.queue.postID)
		}
	}
	w.wake()
}

// refuse answers all who wait for a post, or for any if it is "".
func (w *pgWriter) refuse(postID string, err error) {
	w.mu.Lock()
	var refused []*pgJob
	for _, q := range w.queues {
		if postID == "" || q.postID == postID {
			refused = append(refused, q.jobs...)
			w.waiting -= len(q.jobs)
			q.jobs = nil
		}
	}
	w.mu.Unlock()
	for _, j := range refused {
		if j.state.CompareAndSwap(jobWaiting, jobTaken) {
			j.end(err)
		}
	}
}
