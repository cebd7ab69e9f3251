package realtime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// ErrDraining refuses new connections while the hub is being emptied.
var ErrDraining = errors.New("the server is restarting")

// Hub keeps the connections of one process and brings them what their topics' Source has.
//
// Everything that may mean news (a wake, the once-a-second look at all heads, a subscriber whose cursor is not covered)
// leads to one path: the topic's goroutine reads the source, pushes to the live readers and lets in the waiting ones.
type Hub struct {
	source Source
	opt    HubOptions
	kept   atomic.Int64 // bytes of all topics' memories
	share  atomic.Int64 // of each topic, should that be too much

	mu      sync.Mutex // never held while anything is sent, read or rendered
	topics  map[string]*topic
	readers map[*reader]struct{}
	owners  map[string]map[*reader]struct{}
	ready   []*topic // wait for a goroutine
	closed  bool     // no new readers

	work     chan struct{}  // ready is not empty
	look     chan struct{}  // the heads are to be looked at now
	sockets  sync.WaitGroup // connections whose transport still runs
	writers  writers        // of all sockets
	poller   poller         // of those that have no goroutine
	counters counters
}

// NewHub returns a hub that delivers from source once Run runs.
func NewHub(source Source, opt HubOptions) *Hub {
	h := &Hub{
		source:  source,
		opt:     opt.withDefaults(),
		topics:  map[string]*topic{},
		readers: map[*reader]struct{}{},
		owners:  map[string]map[*reader]struct{}{},
		work:    make(chan struct{}, 1),
		look:    make(chan struct{}, 1),
	}
	h.share.Store(int64(h.opt.MemoryBytes))
	return h
}

// Run delivers until ctx ends; then it closes what is still open, and nothing of the hub runs any more when it returns.
// It is called once.
func (h *Hub) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { h.poll(ctx) })
	wg.Go(func() { h.heartbeats(ctx) })
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-h.work:
			for _, t := range h.takeReady() {
				wg.Go(func() { h.serveTopic(ctx, t) })
			}
		}
	}
	wg.Wait()
	for _, r := range h.shut() {
		h.cut(r, codeRestart, "restarting")
	}
	h.sockets.Wait()
	h.writers.running.Wait()
	return nil
}

// Wake says that topic may have changed, or any of them if it is "". It does not block; a topic that nobody reads is not
// looked at.
func (h *Hub) Wake(topic string) {
	if topic == "" {
		h.WakeAll()
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[topic]; t != nil {
		t.woken = true
		h.enqueue(t)
	}
}

// WakeAll says that any topic may have changed.
func (h *Hub) WakeAll() { signal(h.look) }

// schedule has a goroutine look after t. Unless it was woken, a topic whose last read went wrong waits for its time.
func (h *Hub) schedule(t *topic, woken bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.woken = t.woken || woken
	if time.Now().Before(t.retry) {
		t.again = true
		return
	}
	h.enqueue(t)
}

// enqueue needs h.mu.
func (h *Hub) enqueue(t *topic) {
	t.again = true
	if t.running {
		return
	}
	t.running = true
	h.ready = append(h.ready, t)
	signal(h.work)
}

func (h *Hub) takeReady() []*topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	ready := h.ready
	h.ready = nil
	return ready
}

// take begins a round of work on t, or ends the work if there is none left.
func (h *Hub) take(t *topic) (woken, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !t.again || t.refs == 0 {
		t.running = false
		h.forget(t)
		return false, false
	}
	woken = t.woken
	t.again, t.woken = false, false
	return woken, true
}

// forget drops a topic that nobody reads and nobody works on; it needs h.mu. While a goroutine still works on it, it
// stays, so that there are never two that read one topic.
func (h *Hub) forget(t *topic) {
	if t.refs == 0 && !t.running && h.topics[t.name] == t {
		delete(h.topics, t.name)
		h.kept.Add(-t.kept.Swap(-1))
	}
}

// serveTopic works on t until nothing is left to do or the source fails.
func (h *Hub) serveTopic(ctx context.Context, t *topic) {
	for {
		woken, ok := h.take(t)
		if !ok {
			return
		}
		if err := h.round(ctx, t, woken); err != nil {
			h.postpone(ctx, t, err)
			return
		}
	}
}

// round decides about those who wait, reads the source if that is needed, and delivers.
func (h *Hub) round(ctx context.Context, t *topic, woken bool) error {
	t.mu.Lock()
	var out outcome
	t.settle(&out)
	from, read := t.plan(woken)
	t.mu.Unlock()
	h.cutSlow(out.slow)
	if !read {
		return nil
	}
	ch, from, err := h.read(ctx, t, from)
	if err != nil {
		return err
	}
	if t.moved(ch.Head) {
		h.opt.OnHead(t.name)
	}
	out = t.apply(from, ch)
	h.mu.Lock()
	t.fails, t.retry = 0, time.Time{}
	t.woken = t.woken || out.woken
	t.again = t.again || out.woken || out.more
	h.mu.Unlock()
	h.cutSlow(out.slow)
	return nil
}

// read asks the source, and once more if the head went backwards, after those in charge were told.
func (h *Hub) read(ctx context.Context, t *topic, from int64) (Changes, int64, error) {
	ch, err := h.changes(ctx, t.name, from)
	if err != nil {
		return Changes{}, 0, err
	}
	t.mu.Lock()
	backwards := t.isPast(ch.Head) && ch.Head.Epoch == t.head.Epoch
	had := t.head
	t.mu.Unlock()
	if !backwards {
		return ch, from, nil
	}
	h.opt.Log.Error("a topic's head went backwards: was the database restored without a new epoch?",
		"topic", t.name, "had", had.Rev, "now", ch.Head.Rev, "epoch", had.Epoch)
	h.opt.OnBackwards(ctx, t.name, ch.Head)
	from = ch.Head.Rev
	ch, err = h.changes(ctx, t.name, from)
	return ch, from, err
}

// changes asks the source. A panic in there is one topic's trouble, not the end of the program.
func (h *Hub) changes(ctx context.Context, topic string, rev int64) (ch Changes, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.opt.ReadTimeout)
	defer cancel()
	h.counters.reads.Add(1)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read changes of %s after %d: panic: %v", topic, rev, p)
		}
	}()
	if ch, err = h.source.Changes(ctx, topic, rev); err != nil {
		return Changes{}, fmt.Errorf("read changes of %s after %d: %w", topic, rev, err)
	}
	ch.Items = framed(ch.Items)
	return ch, nil
}

// postpone leaves the work on t for a later look at the heads: the first, then the second, fourth, eighth from then.
func (h *Hub) postpone(ctx context.Context, t *topic, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.running, t.again, t.woken = false, true, true
	t.retry = time.Now().Add(h.opt.Poll<<min(t.fails, 3) - h.opt.Poll/2)
	t.fails++
	h.forget(t)
	if ctx.Err() != nil {
		return
	}
	h.counters.readErrors.Add(1)
	if t.fails == 1 {
		h.opt.Log.Error("the readers of a topic wait for the database", "topic", t.name, "error", err)
	}
}

func (h *Hub) cutSlow(readers []*reader) {
	for _, r := range readers {
		h.cut(r, codeTryLater, "too slow")
	}
}

// shut refuses new readers and returns those there are.
func (h *Hub) shut() []*reader {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	readers := make([]*reader, 0, len(h.readers))
	for r := range h.readers {
		readers = append(readers, r)
	}
	return readers
}

// signal fills a channel of one place.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
