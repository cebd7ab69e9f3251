package realtime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Disconnect closes the connections of owner, so that they come back as whoever they are now. Those of nobody ("") stay.
func (h *Hub) Disconnect(owner string) {
	h.mu.Lock()
	readers := slices.Collect(maps.Keys(h.owners[owner]))
	h.mu.Unlock()
	for _, r := range readers {
		h.cut(r, codeRestart, "session changed")
	}
}

// Broadcast sends m, which belongs to no rev, to all who now read topic, or to the readers of every topic if it is "".
// Who comes later never sees it.
func (h *Hub) Broadcast(topic string, m Message) {
	m = m.framed()
	for _, t := range h.listed(topic) {
		h.cutSlow(t.broadcast(m))
	}
}

func (h *Hub) listed(name string) []*topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	if name == "" {
		return slices.Collect(maps.Values(h.topics))
	}
	if t := h.topics[name]; t != nil {
		return []*topic{t}
	}
	return nil
}

func (t *topic) broadcast(m Message) []*reader {
	t.mu.Lock()
	defer t.mu.Unlock()
	var slow []*reader
	var n int64
	for _, group := range []map[*reader]struct{}{t.live, t.waiting} {
		for r := range group {
			body := m.form(r.sub)
			if len(body) == 0 {
				continue
			}
			n++
			if !r.conn.send(body) {
				r.gone = true
				delete(group, r)
				slow = append(slow, r)
			}
		}
	}
	t.hub.counters.pushes.Add(n)
	return slow
}

// drainPause is the time between two portions of a drain, if that is not less than one connection.
const drainPause = 50 * time.Millisecond

// Drain refuses new connections and closes those there are with 1012, at most perSecond a second, so that they do not all
// come back to the other replicas at once. It returns when they have ended, or closes the rest at once when ctx ends.
func (h *Hub) Drain(ctx context.Context, perSecond int) error {
	readers := h.shut()
	all := len(readers)
	pause := max(drainPause, time.Second/time.Duration(max(perSecond, 1))+1) // rounded up
	portion := max(1, int(int64(perSecond)*int64(pause)/int64(time.Second)))
	for len(readers) > 0 && ctx.Err() == nil {
		now := min(portion, len(readers))
		for _, r := range readers[:now] {
			h.cut(r, codeRestart, "restarting")
		}
		readers = readers[now:]
		if len(readers) > 0 {
			sleep(ctx, pause)
		}
	}
	for _, r := range readers {
		h.cut(r, codeRestart, "restarting")
	}
	return h.awaitSockets(ctx, all)
}

// awaitSockets waits for the transports to end.
func (h *Hub) awaitSockets(ctx context.Context, all int) error {
	done := make(chan struct{})
	go func() {
		h.sockets.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain %d connections: %w", all, ctx.Err())
	}
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
