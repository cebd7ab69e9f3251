package realtime

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxTries is how often the source is read for a subscriber whose cursor the memory does not cover. A wave of returning
// readers therefore costs a few reads, whatever their cursors.
const maxTries = 3

// topic is what the hub knows of one topic. A reader is live (stands at head) or waits for the next read of the source.
type topic struct {
	hub  *Hub
	name string

	// Guarded by Hub.mu:
	refs    int       // readers
	running bool      // a goroutine works on it or will
	again   bool      // there is work
	woken   bool      // the source is to be read
	fails   int       // reads in a row that failed
	retry   time.Time // before which nobody but a wake reads again

	kept atomic.Int64 // bytes of memory, as Hub.kept counts them; -1 once the hub forgot the topic

	mu      sync.Mutex // guards what follows; never held while the source is asked, never taken under Hub.mu
	known   bool       // the source was read once
	head    Head       // all live readers were given everything up to here
	memory  memory
	tooFar  int64    // more changed after this rev than a replay carries; -1 if no such rev was seen
	foreign []string // epochs that a read showed to be others than this topic's
	live    map[*reader]struct{}
	waiting map[*reader]struct{}
}

func newTopic(h *Hub, name string) *topic {
	return &topic{hub: h, name: name, tooFar: -1, live: map[*reader]struct{}{}, waiting: map[*reader]struct{}{}}
}

// verdict is how a waiting reader goes on.
type verdict int

const (
	wait verdict = iota
	replay
	reload
)

// judge decides about r. Only a head that was read after r came can tell that r's cursor is foreign or ahead: r's page may
// be newer than the hub.
func (t *topic) judge(r *reader) verdict {
	switch {
	case !t.known:
		return wait
	case r.at.Epoch != t.head.Epoch && slices.Contains(t.foreign, r.at.Epoch):
		return reload
	case r.at.Epoch != t.head.Epoch || r.at.Rev > t.head.Rev:
		if r.tries > 0 {
			return reload
		}
		return wait
	case r.at.Rev >= t.memory.floor:
		return replay
	case r.at.Rev <= t.tooFar || r.tries >= maxTries:
		return reload
	}
	return wait
}

// join lets r in. What the memory can answer it answers at once; else r waits for the topic's goroutine, which alone
// speaks to the source. ok is false if r cannot take its replay.
func (t *topic) join(r *reader, at Head) (waits, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.gone {
		return false, true
	}
	r.at = at
	if t.judge(r) != replay {
		t.waiting[r] = struct{}{}
		return true, true
	}
	return false, t.replay(r, &t.hub.counters.memoryReplays)
}

// replay gives r what it lacks, if anything, and makes it live.
func (t *topic) replay(r *reader, count *atomic.Int64) bool {
	t.live[r] = struct{}{}
	items := t.memory.after(r.at.Rev)
	if len(items) == 0 {
		return true
	}
	count.Add(1)
	messages := newBatch(items).messages(r.sub)
	if len(messages) == 0 || r.conn.send(messages...) {
		return true
	}
	r.gone = true
	delete(t.live, r)
	return false
}

func (t *topic) remove(r *reader) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.gone = true
	delete(t.live, r)
	delete(t.waiting, r)
}

// fit has the memory keep no more than the topic's share while all topics together keep too much, and counts what it keeps.
// t.mu is held.
func (t *topic) fit() {
	h, size, counted := t.hub, t.memory.size(), t.kept.Load()
	if h.kept.Load()-counted+size > int64(h.opt.MemoryBytes) && size > h.share.Load() {
		t.memory.shrink(h.share.Load())
		size = t.memory.size()
	}
	if counted >= 0 && t.kept.CompareAndSwap(counted, size) {
		h.kept.Add(size - counted)
	}
}

// yield is fit for a topic that took its memory when there were fewer.
func (t *topic) yield() {
	if h := t.hub; h.kept.Load() <= int64(h.opt.MemoryBytes) || t.kept.Load() <= h.share.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fit()
}

// moved tells whether head is news.
func (t *topic) moved(head Head) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.known || t.head != head
}

// plan tells from which rev the source is to be read, or that it need not be. Reading from below the memory's floor also
// brings what is new.
func (t *topic) plan(woken bool) (from int64, read bool) {
	if !woken && len(t.waiting) == 0 {
		return 0, false
	}
	from = math.MaxInt64
	below := int64(math.MaxInt64) // the rev of the reader who is furthest behind
	for r := range t.waiting {
		r.asked = true
		from = min(from, r.at.Rev)
		if t.known && r.at.Epoch == t.head.Epoch && r.at.Rev < t.memory.floor {
			below = min(below, r.at.Rev)
		}
	}
	switch {
	case !t.known && len(t.waiting) == 0:
		return 0, true
	case !t.known:
		return from, true
	case below == math.MaxInt64:
		return t.head.Rev, true
	}
	return t.reach(below), true
}

// reach chooses how far back to read for one who stands at rev: as far as a replay can reach, once that is known, so that no
// other need ask again; else to rev, and at least as far as fills the memory.
func (t *topic) reach(rev int64) int64 {
	if t.tooFar >= 0 {
		return t.tooFar + 1
	}
	return min(rev, max(0, t.head.Rev-int64(t.hub.opt.Memory)))
}

// answered notes that a read is done which those who waited when it began had a part in.
func (t *topic) answered() {
	for r := range t.waiting {
		if r.asked {
			r.asked = false
			r.tries++
		}
	}
}

// mostForeign is how many foreign epochs a topic remembers.
const mostForeign = 4

// estrange remembers an epoch that is none of this topic's now: the pages of a former life, which come back in a crowd, need
// no read each.
func (t *topic) estrange(epoch string) {
	if epoch == t.head.Epoch || slices.Contains(t.foreign, epoch) {
		return
	}
	if len(t.foreign) >= mostForeign {
		t.foreign = slices.Delete(t.foreign, 0, 1)
	}
	t.foreign = append(t.foreign, epoch)
}
