package realtime

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const patience = 20 * time.Second // for what must happen on a busy machine

// site is a hub behind a real HTTP server.
type site struct {
	t   *testing.T
	hub *Hub
	src *fakeSource
	url string

	wrap  bool          // connections look like no TCP ones
	ended chan struct{} // one for each connection that has ended

	mu   sync.Mutex
	errs []error // what Serve answered
}

// newSite starts a site, which ends, with all that runs in it, when the test does.
func newSite(t *testing.T, opt HubOptions) *site {
	t.Helper()
	s := &site{t: t, src: newFakeSource(t), ended: make(chan struct{}, 100)}
	s.hub = NewHub(s.src, opt)
	server := httptest.NewServer(http.HandlerFunc(s.live))
	s.url = server.URL
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.hub.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		server.Close()
	})
	return s
}

func (s *site) live(w http.ResponseWriter, r *http.Request) {
	sub := Subscriber{Topic: r.FormValue("post"), Owner: r.FormValue("owner")}
	if since := r.FormValue("since"); since != "" {
		at, _ := parseCursor([]byte(since))
		sub.After = &at
	}
	sub.Ended = func() {
		select {
		case s.ended <- struct{}{}:
		default: // a test with many connections, which does not count them here
		}
	}
	if s.wrap {
		w = wrapper{w}
	}
	err := s.hub.Serve(w, r, sub, parseCursor)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errs = append(s.errs, err)
}

func parseCursor(first []byte) (Head, bool) {
	epoch, rev, found := strings.Cut(string(first), ".")
	n, err := strconv.ParseInt(rev, 10, 64)
	return Head{epoch, n}, found && err == nil
}

func (s *site) dial(query string, opt *websocket.DialOptions) *websocket.Conn {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, s.url+"/live?post=p"+query, opt)
	if err != nil {
		s.t.Fatalf("dial %q: %v", query, err)
	}
	s.t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

// change writes something for all to see.
func (s *site) change(text, owner string) {
	s.src.change("p", "a", text, owner, false)
	s.hub.Wake("p")
}

func (s *site) sockets(n int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%d sockets", n), func() bool { return s.hub.Stats().Sockets == n })
}

// joined waits until n readers stand in the topic, so that what changes next is live for them.
func (s *site) joined(n int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%d live readers", n), func() bool {
		s.hub.mu.Lock()
		topic := s.hub.topics["p"]
		s.hub.mu.Unlock()
		if topic == nil {
			return n == 0
		}
		topic.mu.Lock()
		defer topic.mu.Unlock()
		return len(topic.live) == n
	})
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(patience)
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for !is() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("never saw %s", what)
		}
	}
}

// readerOf is the hub's view of owner's connection.
func (s *site) readerOf(owner string) *reader {
	s.t.Helper()
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for r := range s.hub.readers {
		if r.sub.Owner == owner {
			return r
		}
	}
	s.t.Fatalf("no connection of %q is open", owner)
	return nil
}

// transport is the server's side of the one connection that is open.
func (s *site) transport() *socket {
	s.t.Helper()
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for r := range s.hub.readers {
		return r.conn.(*socket)
	}
	s.t.Fatal("no connection is open")
	return nil
}

func write(t *testing.T, ws *websocket.Conn, kind websocket.MessageType, m string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := ws.Write(ctx, kind, []byte(m)); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// read returns the next message that is no heartbeat.
func read(t *testing.T, ws *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		kind, m, err := ws.Read(ctx)
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		if kind != websocket.MessageText {
			t.Fatalf("a message of kind %v, want text", kind)
		}
		if len(m) > 0 {
			return string(m)
		}
	}
}

// closeCode reads to the end and returns the status that the server closed with.
func closeCode(t *testing.T, ws *websocket.Conn) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		if _, _, err := ws.Read(ctx); err != nil {
			if ctx.Err() != nil {
				t.Error("the connection stays open")
			}
			return int(websocket.CloseStatus(err))
		}
	}
}

// deafen upgrades by hand, with a small receive buffer, and never reads again.
func (s *site) deafen() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	_ = c.(*net.TCPConn).SetReadBuffer(2048)
	_, err = fmt.Fprintf(c, "GET /live?post=p&since=e1.0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}
