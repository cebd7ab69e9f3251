package web

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"vang/blog"
	"vang/realtime"
)

const (
	// headTrust is how long a head is believed without looking. A wake ends it at once; this is for wakes that got lost.
	headTrust = 5 * time.Second
	// headDoubt is the same while wakes are known not to arrive.
	headDoubt = time.Second
	headRead  = 3 * time.Second // the most that one reading may take
	// headPatience is how long a request waits for a database that did not answer the last look. The look itself goes on with
	// its full time behind the request, so that a database that is slow, or back, is noticed.
	headPatience = 400 * time.Millisecond
)

// heads remembers where each post's discussion stood when it was last seen. Those who need a fresh look share it: who
// comes while one is under way goes with the next, all together in one query, so that no look is older than the request
// that it answers.
type heads struct {
	reader Reader
	now    blog.Clock
	bus    realtime.Bus

	mu      sync.Mutex
	seen    map[string]sighting
	next    *look // collects who comes while one runs; nil if nobody came
	running bool
	away    bool // the last look failed
}

type sighting struct {
	head  blog.Head
	at    time.Time // of the look; zero: stale
	wakes int       // how often the post was woken so far
}

// look is one reading for all who wait for it.
type look struct {
	wakes map[string]int // of the posts asked for, at the time of asking
	done  chan struct{}
	err   error
}

func newHeads(r Reader, now blog.Clock, bus realtime.Bus) *heads {
	return &heads{reader: r, now: now, bus: bus, seen: map[string]sighting{}}
}

// trust is how long a head is believed.
func (h *heads) trust() time.Duration {
	if isUp(h.bus) {
		return headTrust
	}
	return headDoubt
}

// stale ends the belief in what was seen of a post, or of any if postID is "".
func (h *heads) stale(postID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if postID == "" {
		for id := range h.seen {
			h.doubt(id)
		}
	} else if _, ok := h.seen[postID]; ok { // what was never asked for is not believed either
		h.doubt(postID)
	}
}

// doubt is called with the lock held.
func (h *heads) doubt(id string) {
	s := h.seen[id]
	s.at = time.Time{}
	s.wakes++
	h.seen[id] = s
}

// learn takes over a head that was read along with a page.
func (h *heads) learn(head blog.Head, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = false
	s := h.seen[head.PostID]
	if s.head.Epoch != head.Epoch && at.Before(s.at) {
		return // of an epoch that has ended since
	}
	if s.head.Epoch != head.Epoch || s.head.Rev < head.Rev {
		s.head = head
		if !s.at.IsZero() {
			s.at = at
		}
		h.seen[head.PostID] = s
	}
}

// mark says where a post's discussion stood when something was made of it.
type mark struct {
	slug string
	head blog.Head // zero: nothing was known of it
}

// believed tells whether each discussion still stands where its mark says, as far as that would be believed without looking.
func (h *heads) believed(marks []mark, now time.Time) bool {
	if len(marks) == 0 {
		return true
	}
	trust := h.trust()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range marks {
		s, ok := h.seen[m.head.PostID]
		if !ok || s.at.IsZero() || now.Sub(s.at) > trust || s.head.Rev != m.head.Rev || s.head.Epoch != m.head.Epoch {
			return false
		}
	}
	return true
}

// patient bounds what a request that reads a post's discussion by itself waits for a database that is away.
func (h *heads) patient(ctx context.Context, postID string) (context.Context, context.CancelFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.away {
		return context.WithCancel(ctx)
	}
	h.join(ctx, postID)
	return context.WithTimeout(ctx, headPatience)
}

// get returns the heads of posts, read anew where they are too old to be believed. If they cannot be read it returns what
// is known, which may be nothing, and the error.
func (h *heads) get(ctx context.Context, ids ...string) (map[string]blog.Head, error) {
	h.mu.Lock()
	if h.away {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, headPatience)
		defer cancel()
	}
	var l *look
	now, trust := h.now(), h.trust()
	for _, id := range ids {
		if s := h.seen[id]; s.at.IsZero() || now.Sub(s.at) > trust {
			l = h.join(ctx, id)
		}
	}
	h.mu.Unlock()
	var err error
	if l != nil {
		select {
		case <-l.done:
			err = l.err
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return h.known(ids), err
}

func (h *heads) known(ids []string) map[string]blog.Head {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := make(map[string]blog.Head, len(ids))
	for _, id := range ids {
		if s, ok := h.seen[id]; ok && s.head.PostID != "" {
			m[id] = s.head
		}
	}
	return m
}

// join adds a post to the next look, which begins at once if none runs. The lock is held.
func (h *heads) join(ctx context.Context, id string) *look {
	if h.next == nil {
		h.next = &look{wakes: map[string]int{}, done: make(chan struct{})}
		if !h.running {
			h.running = true
			go h.run(context.WithoutCancel(ctx))
		}
	}
	s := h.seen[id]
	h.seen[id] = s // so that a wake during the look counts
	h.next.wakes[id] = s.wakes
	return h.next
}

// run carries out looks until nobody waits for one.
func (h *heads) run(ctx context.Context) {
	for {
		h.mu.Lock()
		l := h.next
		h.next = nil
		if l == nil {
			h.running = false
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()
		h.read(ctx, l)
	}
}

func (h *heads) read(ctx context.Context, l *look) {
	defer close(l.done)
	ctx, cancel := context.WithTimeout(ctx, headRead)
	defer cancel()
	at := h.now()
	found, err := h.reader.Heads(ctx, slices.Collect(maps.Keys(l.wakes)))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = err != nil
	if err != nil {
		l.err = err
		return
	}
	for _, head := range found {
		s := h.seen[head.PostID]
		s.head = head
		if s.wakes == l.wakes[head.PostID] { // else it was woken meanwhile, and may have changed after this look
			s.at = at
		}
		h.seen[head.PostID] = s
	}
}
