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

	mu      sync.Mutex // guards what follows; never held while the source is asked, never taken under Hub.mu
	known   bool       // the source was read once
	head    Head       // all live readers were given everything up to here
	memory  memory
	tooFar  int64 // more changed after this rev than a replay carries; -1 if no such rev was seen
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
	var below []int64
	for r := range t.waiting {
		r.tries++
		from = min(from, r.at.Rev)
		if t.known && r.at.Epoch == t.head.Epoch && r.at.Rev < t.memory.floor {
			below = append(below, r.at.Rev)
		}
	}
	switch {
	case !t.known && len(t.waiting) == 0:
		return 0, true
	case !t.known:
		return from, true
	case len(below) == 0:
		return t.head.Rev, true
	}
	return t.reach(below), true
}

// reach chooses how far back to read for readers who stand at revs: to the last of them, or, once that is known to be too
// far for some, to the one in the middle; and at least as far as fills the memory, so that the next need not ask again.
func (t *topic) reach(revs []int64) int64 {
	slices.Sort(revs)
	from := revs[0]
	if t.tooFar >= 0 {
		from = revs[len(revs)/2]
	}
	if fill := max(0, t.head.Rev-int64(t.hub.opt.Memory)); fill < from && fill > t.tooFar {
		from = fill
	}
	return from
}
