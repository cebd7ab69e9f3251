package realtime

import (
	"context"
	"time"
)

// poll looks at the heads of all topics that somebody reads, once every Poll and when it is told to: the path that makes
// a lost wake harmless.
func (h *Hub) poll(ctx context.Context) {
	ticker := time.NewTicker(h.opt.Poll)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-h.look:
		}
		err := h.lookAtHeads(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			h.counters.readErrors.Add(1)
		}
		if err != nil && !failing {
			h.opt.Log.Error("the heads of topics cannot be read; trying again every time", "error", err)
		}
		if err == nil && failing {
			h.opt.Log.Info("the heads of topics can be read again")
		}
		failing = err != nil
	}
}

// lookAtHeads schedules every topic whose head is not where the hub stands, and those with work left over. What it read
// is only a hint, since a topic may have been read meanwhile: the topic's own goroutine judges.
func (h *Hub) lookAtHeads(ctx context.Context) error {
	topics, names := h.listTopics()
	if len(topics) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, h.opt.ReadTimeout)
	defer cancel()
	h.counters.polls.Add(1)
	heads, err := h.source.Heads(ctx, names)
	h.share.Store(int64(h.opt.MemoryBytes / len(topics)))
	for _, t := range topics {
		t.yield()
		seen, known := heads[t.name]
		switch {
		case err == nil && t.differs(seen, known):
			h.schedule(t, true)
		case h.leftOver(t):
			h.schedule(t, false)
		}
	}
	return err
}

func (h *Hub) listTopics() ([]*topic, []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	topics := make([]*topic, 0, len(h.topics))
	names := make([]string, 0, len(h.topics))
	for name, t := range h.topics {
		topics = append(topics, t)
		names = append(names, name)
	}
	return topics, names
}

// leftOver tells whether t has work that no goroutine does: its last read went wrong.
func (h *Hub) leftOver(t *topic) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return t.again && !t.running
}

// differs tells whether t does not stand at seen. A topic that has vanished from the source does.
func (t *topic) differs(seen Head, exists bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.known && (!exists || seen != t.head)
}

// heartbeatTicks is how finely heartbeats are timed: a tick is a twentieth of the pause.
const heartbeatTicks = 20

// heartbeats sends each connection an empty message often enough that its peer can tell a dead one.
func (h *Hub) heartbeats(ctx context.Context) {
	ticker := time.NewTicker(max(h.opt.Heartbeat/heartbeatTicks, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			for _, r := range h.due(now) {
				if !r.conn.send(heartbeat) {
					h.cut(r, codeTryLater, "too slow")
				}
			}
		}
	}
}

// due returns the readers whose heartbeat is due and sets their next.
func (h *Hub) due(now time.Time) []*reader {
	h.mu.Lock()
	defer h.mu.Unlock()
	var due []*reader
	for r := range h.readers {
		if !now.Before(r.beat) {
			r.beat = h.nextBeat(now)
			due = append(due, r)
		}
	}
	return due
}

// nextBeat is between one pause and a fifth more from now; the tick adds at most a twentieth.
func (h *Hub) nextBeat(now time.Time) time.Time {
	return now.Add(h.opt.Heartbeat + h.opt.Jitter(h.opt.Heartbeat/5))
}
