package realtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeSource is a database of topics that remembers its whole history, so that a test can tell what a page that was loaded
// at some rev shows.
type fakeSource struct {
	panics bool
	t      *testing.T

	mu      sync.Mutex
	epoch   string
	limit   int // most items of a replay
	history map[string][]edit
	err     error         // what all reads answer
	gate    chan struct{} // reads of changes wait for it to be closed
	reading map[string]bool
	reads   int
	polls   [][]string
}

// edit is one change: an item's new text, and whose it is. Only its owner sees a held one.
type edit struct {
	rev   int64
	item  string
	text  string
	owner string
	held  bool
}

func newFakeSource(t *testing.T) *fakeSource {
	return &fakeSource{t: t, epoch: "e1", limit: 300, history: map[string][]edit{}, reading: map[string]bool{}}
}

// change writes an item and returns the head after it.
func (s *fakeSource) change(topic, item, text, owner string, held bool) Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	rev := int64(len(s.history[topic])) + 1
	s.history[topic] = append(s.history[topic], edit{rev, item, text, owner, held})
	return Head{s.epoch, rev}
}

// write writes n public items with the names of their revs.
func (s *fakeSource) write(topic string, n int) Head {
	var head Head
	for range n {
		head = s.change(topic, "i"+strconv.FormatInt(s.head(topic).Rev+1, 10), "text", "", false)
	}
	return head
}

// restore puts the topic back to rev, as a backup does.
func (s *fakeSource) restore(topic string, rev int64, epoch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history[topic] = s.history[topic][:rev]
	s.epoch = epoch
}

func (s *fakeSource) head(topic string) Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Head{s.epoch, int64(len(s.history[topic]))}
}

// shows is what a page for owner, loaded at rev, shows of topic.
func (s *fakeSource) shows(topic string, rev int64, sub Subscriber) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := map[string]string{}
	for _, e := range s.history[topic][:rev] {
		if !e.held || (e.owner == sub.Owner && !sub.JSON) {
			page[e.item] = e.text
		} else {
			delete(page, e.item)
		}
	}
	return page
}

func (s *fakeSource) setErr(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *fakeSource) counts() (reads, polls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads, len(s.polls)
}

// Heads implements Source.
func (s *fakeSource) Heads(_ context.Context, topics []string) (map[string]Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polls = append(s.polls, topics)
	if s.err != nil {
		return nil, s.err
	}
	heads := map[string]Head{}
	for _, name := range topics {
		heads[name] = Head{s.epoch, int64(len(s.history[name]))}
	}
	return heads, nil
}

// Changes implements Source.
func (s *fakeSource) Changes(ctx context.Context, topic string, rev int64) (Changes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading[topic] {
		s.t.Errorf("two goroutines read %s at once", topic)
	}
	if rev < 0 {
		s.t.Errorf("read after rev %d", rev)
	}
	s.reading[topic] = true
	defer delete(s.reading, topic)
	s.reads++
	if s.panics {
		panic("a fault in rendering")
	}
	ch, err := s.changes(topic, rev), s.err
	if gate := s.gate; gate != nil {
		s.mu.Unlock()
		select {
		case <-gate:
		case <-ctx.Done():
			err = ctx.Err()
		}
		s.mu.Lock()
	}
	return ch, err
}

func (s *fakeSource) changes(topic string, rev int64) Changes {
	history := s.history[topic]
	ch := Changes{Head: Head{s.epoch, int64(len(history))}}
	if rev >= ch.Head.Rev {
		return ch
	}
	newest := map[string]int64{}
	for _, e := range history {
		newest[e.item] = e.rev
	}
	for _, e := range history[max(rev, 0):] {
		if newest[e.item] == e.rev {
			ch.Items = append(ch.Items, e.render())
		}
	}
	if len(ch.Items) > s.limit {
		ch.Floor = ch.Items[len(ch.Items)-s.limit-1].Rev
		ch.Items, ch.TooMany = nil, true
	}
	return ch
}

// render makes messages that a fakeConn reads: form, rev, item, text. A held item is taken away for all but its owner.
func (e edit) render() Change {
	verb := "set"
	if e.held {
		verb = "take"
	}
	c := Change{Rev: e.rev, Item: e.item, Owner: e.owner}
	c.Public.HTML = fmt.Appendf(nil, "html|%s|%d|%s|%s", verb, e.rev, e.item, e.text)
	c.Public.JSON = fmt.Appendf(nil, "json|%s|%d|%s|%s", verb, e.rev, e.item, e.text)
	if e.owner != "" {
		c.Own = fmt.Appendf(nil, "own %s|set|%d|%s|%s", e.owner, e.rev, e.item, e.text)
	}
	return c
}

// Reload implements Source.
func (s *fakeSource) Reload(head Head, delay time.Duration) Message {
	m := fmt.Sprintf("|reload|%d|%s|%s", head.Rev, head.Epoch, delay)
	return Message{HTML: []byte("html" + m), JSON: []byte("json" + m)}
}

// fakeConn is a connection and the page behind it.
type fakeConn struct {
	t     *testing.T
	hub   *Hub
	from  *fakeSource
	sub   Subscriber
	r     *reader
	ready chan struct{} // r is set

	mu       sync.Mutex
	room     int // how many messages it still takes; -1 for any number
	got      []string
	beats    []time.Time
	reloads  []time.Duration
	page     map[string]string
	last     int64 // rev delivered last
	code     int   // that it was closed with
	closedAt time.Time
}

// dial connects sub, whose page was loaded at at.
func dial(t *testing.T, h *Hub, src *fakeSource, sub Subscriber, at Head) *fakeConn {
	t.Helper()
	c := newFakeConn(t, h, src, sub)
	c.last = at.Rev
	if head := src.head(sub.Topic); at.Epoch == head.Epoch && at.Rev >= 0 && at.Rev <= head.Rev {
		c.page = src.shows(sub.Topic, at.Rev, sub)
	}
	h.start(c.r, at)
	return c
}

func newFakeConn(t *testing.T, h *Hub, src *fakeSource, sub Subscriber) *fakeConn {
	t.Helper()
	c := &fakeConn{t: t, hub: h, from: src, sub: sub, ready: make(chan struct{}), room: -1}
	r, err := h.open(c, sub)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	c.r = r
	close(c.ready)
	return c
}

func (c *fakeConn) send(messages ...[]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 {
		return true
	}
	if c.room >= 0 && c.room < len(messages) {
		return false
	}
	if c.room > 0 {
		c.room -= len(messages)
	}
	for _, m := range messages {
		c.read(payloadOf(c.t, m))
	}
	return true
}

func (c *fakeConn) close(code int, _ string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.code != 0 {
		return
	}
	c.code, c.closedAt = code, time.Now()
	go func() {
		<-c.ready
		c.hub.ended(c.r)
	}()
}

// read does what the page does with a message, and checks what may come to whom.
func (c *fakeConn) read(m string) {
	if m == "" {
		c.beats = append(c.beats, time.Now())
		return
	}
	c.got = append(c.got, m)
	parts := strings.SplitN(m, "|", 5)
	if len(parts) < 5 {
		return // a broadcast
	}
	form, verb, item, text := parts[0], parts[1], parts[3], parts[4]
	rev, _ := strconv.ParseInt(parts[2], 10, 64)
	if want := c.form(); form != want && (form != "html" || c.sub.JSON) {
		c.t.Errorf("%q came to one whose form is %q", m, want)
	}
	if verb == "reload" {
		delay, _ := time.ParseDuration(text)
		c.reloads = append(c.reloads, delay)
		c.last = rev
		c.page = c.from.shows(c.sub.Topic, c.from.head(c.sub.Topic).Rev, c.sub)
		return
	}
	if rev <= c.last {
		c.t.Errorf("rev %d came after rev %d", rev, c.last)
	}
	c.last = rev
	if verb == "set" {
		c.page[item] = text
	} else {
		delete(c.page, item)
	}
}

func (c *fakeConn) form() string {
	switch {
	case c.sub.JSON:
		return "json"
	case c.sub.Owner != "":
		return "own " + c.sub.Owner
	}
	return "html"
}

// messages returns what came so far, heartbeats left out.
func (c *fakeConn) messages() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.got...)
}

func (c *fakeConn) reloaded() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration{}, c.reloads...)
}

func (c *fakeConn) closed() (code int, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code, c.closedAt
}

func (c *fakeConn) limit(room int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.room = room
}

func (c *fakeConn) shown() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.page)
}

var errDown = errors.New("the database is down")
