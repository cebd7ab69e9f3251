package realtime

import "time"

// Status codes that the hub closes connections with (RFC 6455 7.4.1 and its registry). Browsers come back after 1011, 1012
// and 1013, not after 1008.
const (
	codeProtocol = 1002
	codePolicy   = 1008
	codeTooBig   = 1009
	codeRestart  = 1012
	codeTryLater = 1013
)

// conn is what the hub asks of a transport. Neither method may block. Once a connection has ended, the transport calls
// Hub.ended, exactly once.
type conn interface {
	// send queues frames, all or none; false says that too much waits already. A connection that is being closed takes and
	// drops everything. Frames are shared: they, and the list of them, are never written to.
	send(frames ...[]byte) bool
	// close ends the connection soon; what waits is dropped. Only the first call counts.
	close(code int, reason string)
}

// reader is one connection as the hub sees it.
type reader struct {
	conn conn
	sub  Subscriber

	joined func(tell func(Message)) // until it is called: thousands of connections need not keep it

	topic *topic    // nil until it joins one; guarded by Hub.mu
	beat  time.Time // of the next heartbeat; guarded by Hub.mu

	// Guarded by topic.mu:
	at    Head // where it stands while it waits for a replay; a live one stands at the topic's head
	tries int  // reads of the source since it came
	asked bool // a read that began since it came is under way
	gone  bool // left or cut off
}

// open registers a connection before it has said where it stands, so that Drain and Disconnect reach it.
func (h *Hub) open(c conn, s Subscriber) (*reader, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrDraining
	}
	r := &reader{conn: c, sub: s, joined: s.Joined, beat: h.nextBeat(time.Now())}
	r.sub.Joined = nil
	h.readers[r] = struct{}{}
	if s.Owner != "" {
		if h.owners[s.Owner] == nil {
			h.owners[s.Owner] = map[*reader]struct{}{}
		}
		h.owners[s.Owner][r] = struct{}{}
	}
	h.sockets.Add(1)
	return r, nil
}

// start joins r to its topic at the point where it stands.
func (h *Hub) start(r *reader, at Head) {
	if at.Rev < 0 {
		at = Head{} // no epoch has this name: the list is loaded anew
	}
	t := h.enter(r)
	if t == nil {
		return
	}
	waits, ok := t.join(r, at)
	if !ok {
		h.cut(r, codeTryLater, "too slow")
	}
	if waits {
		h.schedule(t, false)
	}
	if joined := r.joined; joined != nil {
		r.joined = nil
		joined(func(m Message) { h.tell(r, m) })
	}
}

// tell sends m, which belongs to no rev, to r alone.
func (h *Hub) tell(r *reader, m Message) {
	body := m.framed().form(r.sub)
	if len(body) > 0 && !r.conn.send(body) {
		h.cut(r, codeTryLater, "too slow")
	}
}

// enter finds or makes r's topic and counts r in, or returns nil if r has ended meanwhile.
func (h *Hub) enter(r *reader) *topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, open := h.readers[r]; !open || r.topic != nil {
		return nil
	}
	t := h.topics[r.sub.Topic]
	if t == nil {
		t = newTopic(h, r.sub.Topic)
		h.topics[r.sub.Topic] = t
	}
	t.refs++
	r.topic = t
	return t
}

// leave takes r out of everything. It may be called more than once.
func (h *Hub) leave(r *reader) {
	h.mu.Lock()
	_, open := h.readers[r]
	t := r.topic
	delete(h.readers, r)
	if own := h.owners[r.sub.Owner]; own != nil {
		if delete(own, r); len(own) == 0 {
			delete(h.owners, r.sub.Owner)
		}
	}
	h.mu.Unlock()
	if !open || t == nil {
		return
	}
	t.remove(r)
	h.mu.Lock()
	t.refs--
	h.forget(t)
	h.mu.Unlock()
}

// ended is the transport's word that r's connection is closed and nothing of it runs any more.
func (h *Hub) ended(r *reader) {
	h.leave(r)
	if r.sub.Ended != nil {
		r.sub.Ended()
	}
	h.sockets.Done()
}

// cut ends r's connection and delivers nothing more to it.
func (h *Hub) cut(r *reader, code int, reason string) {
	if code == codeTryLater {
		h.counters.slow.Add(1)
	}
	r.conn.close(code, reason)
	h.leave(r)
}
