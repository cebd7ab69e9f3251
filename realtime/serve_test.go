package realtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

const patience = 20 * time.Second // for what must happen on a busy machine

// site is a hub behind a real HTTP server.
type site struct {
	t   *testing.T
	hub *Hub
	src *fakeSource
	url string

	mu   sync.Mutex
	errs []error // what Serve answered
}

// newSite starts a site, which ends, with all that runs in it, when the test does.
func newSite(t *testing.T, opt HubOptions) *site {
	t.Helper()
	s := &site{t: t, src: newFakeSource(t)}
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

func TestServeBringsEachAudienceItsForm(t *testing.T) {
	s := newSite(t, HubOptions{})
	s.src.change("p", "old", "before", "", false)
	reader := s.dial("", nil)
	write(t, reader, websocket.MessageText, "e1.0")
	ann := s.dial("&owner=ann&since=e1.1", nil)
	program := s.dial("&since=e1.1", &websocket.DialOptions{Subprotocols: []string{Protocol}})
	if got := program.Subprotocol(); got != Protocol {
		t.Errorf("subprotocol %q, want %q", got, Protocol)
	}
	if got := read(t, reader); got != "html|set|1|old|before" {
		t.Errorf("the replay is %q", got)
	}
	s.joined(3)
	s.change("xin chào", "ann")
	for want, ws := range map[string]*websocket.Conn{
		"html|set|2|a|xin chào": reader, "own ann|set|2|a|xin chào": ann, "json|set|2|a|xin chào": program,
	} {
		if got := read(t, ws); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCursorsThatAreNoneForeignOrAhead(t *testing.T) {
	s := newSite(t, HubOptions{})
	s.src.write("p", 3)
	for _, cursor := range []string{"e0.2", "e1.4", "e1.-5", "e1.999999999999999999"} {
		ws := s.dial("", nil)
		write(t, ws, websocket.MessageText, cursor)
		if got := read(t, ws); !strings.HasPrefix(got, "html|reload|3|e1|") {
			t.Errorf("%s got %q, want a reload", cursor, got)
		}
		program := s.dial("&since="+cursor, &websocket.DialOptions{Subprotocols: []string{Protocol}})
		if got := read(t, program); !strings.HasPrefix(got, "json|reload|3|e1|") {
			t.Errorf("since=%s got %q, want a reload", cursor, got)
		}
	}
}

func TestServeRefuses(t *testing.T) {
	s := newSite(t, HubOptions{HelloTimeout: time.Second})
	for name, test := range map[string]struct {
		kind websocket.MessageType
		send string
		code int
	}{
		"a first message without a cursor": {websocket.MessageText, "<script>", codePolicy},
		"an empty first message":           {websocket.MessageText, "", codePolicy},
		"a binary first message":           {websocket.MessageBinary, "e1.0", codePolicy},
		"an oversized first message":       {websocket.MessageText, strings.Repeat("x", 4097), codeTooBig},
		"a vast first message":             {websocket.MessageText, strings.Repeat("x", 1<<20), codeTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			ws := s.dial("", nil)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			_ = ws.Write(ctx, test.kind, []byte(test.send)) // the server may close before all of it is read
			if code := closeCode(t, ws); code != test.code {
				t.Errorf("closed with %d, want %d", code, test.code)
			}
		})
	}
	t.Run("silence", func(t *testing.T) {
		if code := closeCode(t, s.dial("", nil)); code != codePolicy {
			t.Errorf("closed with %d, want %d", code, codePolicy)
		}
	})
	t.Run("an oversized later message", func(t *testing.T) {
		ws := s.dial("&since=e1.0", nil)
		write(t, ws, websocket.MessageText, strings.Repeat("x", 4097))
		if code := closeCode(t, ws); code != codeTooBig {
			t.Errorf("closed with %d, want %d", code, codeTooBig)
		}
	})
	t.Run("chatter", func(t *testing.T) {
		ws := s.dial("&since=e1.0", nil)
		for range chatter + 10 {
			if ws.Write(t.Context(), websocket.MessageText, []byte("hi")) != nil {
				break
			}
		}
		if code := closeCode(t, ws); code != codePolicy {
			t.Errorf("closed with %d, want %d", code, codePolicy)
		}
	})
	s.sockets(0)
}

func TestAFewLaterMessagesAreIgnored(t *testing.T) {
	s := newSite(t, HubOptions{HelloTimeout: 300 * time.Millisecond, Heartbeat: 100 * time.Millisecond})
	ws := s.dial("", nil)
	for range 10 {
		write(t, ws, websocket.MessageText, "e1.0")
	}
	s.joined(1)
	for range 5 { // until well after the time for a first message
		if _, m, err := ws.Read(t.Context()); err != nil || len(m) > 0 {
			t.Fatalf("got %q, %v, want a heartbeat", m, err)
		}
	}
	s.change("still here", "")
	if got := read(t, ws); got != "html|set|1|a|still here" {
		t.Errorf("got %q", got)
	}
}

func TestOrigin(t *testing.T) {
	s := newSite(t, HubOptions{Origins: []string{"blog.example"}})
	for origin, want := range map[string]int{
		"":                     http.StatusSwitchingProtocols, // a program
		s.url:                  http.StatusSwitchingProtocols,
		"https://blog.example": http.StatusSwitchingProtocols,
		"https://evil.example": http.StatusForbidden,
		"null":                 http.StatusForbidden,
	} {
		ws, answer, err := websocket.Dial(t.Context(), s.url+"/live?post=p", &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}},
		})
		if answer == nil || answer.StatusCode != want {
			t.Errorf("origin %q: %v, %v, want %d", origin, answer, err, want)
		}
		if err == nil {
			_ = ws.CloseNow()
		}
	}
}

func TestWhatIsNoHandshakeIsAnswered(t *testing.T) {
	s := newSite(t, HubOptions{})
	answer, err := http.Get(s.url + "/live?post=p")
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("status %d, want 426", answer.StatusCode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.errs) != 1 || s.errs[0] == nil {
		t.Errorf("Serve answered %v, want an error", s.errs)
	}
}

func TestSilentReadersGetHeartbeats(t *testing.T) {
	s := newSite(t, HubOptions{Heartbeat: 20 * time.Millisecond})
	ws := s.dial("&since=e1.0", nil)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for range 3 {
		kind, m, err := ws.Read(ctx)
		if err != nil || kind != websocket.MessageText || len(m) > 0 {
			t.Fatalf("got %v %q %v, want an empty text message", kind, m, err)
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

func TestANeverReadingPeerIsCutOffAndDelaysNobody(t *testing.T) {
	s := newSite(t, HubOptions{QueueMessages: 1 << 40})
	s.deafen()
	ws := s.dial("&since=e1.0", nil)
	ws.SetReadLimit(1 << 20)
	s.joined(2)
	text := strings.Repeat("x", 100_000)
	var slowest time.Duration
	for i := 0; s.hub.Stats().SlowReaders == 0; i++ {
		if i > 1000 {
			t.Fatal("100 MB later the peer that does not read is still there")
		}
		begin := time.Now()
		s.change(text, "")
		read(t, ws)
		slowest = max(slowest, time.Since(begin))
	}
	if slowest > time.Second {
		t.Errorf("the other reader waited %v for a message", slowest)
	}
	s.sockets(1)
	s.change("after", "")
	if got := read(t, ws); !strings.HasSuffix(got, "|after") {
		t.Errorf("got %.40q", got)
	}
}

func TestAPeerThatTakesNothingIsNotWaitedForWhenItIsCutOff(t *testing.T) {
	s := newSite(t, HubOptions{WriteTimeout: time.Hour, QueueMessages: 1, QueueBytes: 1 << 40})
	s.deafen()
	s.joined(1)
	s.change(strings.Repeat("x", 20<<20), "")
	eventually(t, "a push", func() bool { return s.hub.Stats().Pushes == 1 })
	s.change("one too many", "")
	s.sockets(0)
	ctx, cancel := context.WithTimeout(t.Context(), patience/2)
	defer cancel()
	if err := s.hub.Drain(ctx, 1000); err != nil {
		t.Errorf("the connection's goroutines are still there: %v", err)
	}
}

func TestAPeerThatTakesNothingIsNoticedByTheWriteDeadline(t *testing.T) {
	s := newSite(t, HubOptions{WriteTimeout: 100 * time.Millisecond, QueueBytes: 1 << 40, QueueMessages: 1 << 40})
	s.deafen()
	s.joined(1)
	s.change(strings.Repeat("x", 20<<20), "")
	s.sockets(0)
	if n := s.hub.Stats().SlowReaders; n != 0 {
		t.Errorf("%d cut off by the queue, want the deadline to have done it", n)
	}
}

func TestPeersThatVanish(t *testing.T) {
	s := newSite(t, HubOptions{})
	deaf := s.deafen()
	ws := s.dial("&since=e1.0", nil)
	polite := s.dial("&since=e1.0", nil)
	s.joined(3)
	_ = deaf.Close()
	_ = ws.CloseNow()
	_ = polite.Close(websocket.StatusGoingAway, "")
	s.sockets(0)
}

func TestBrokenFramesEndTheConnection(t *testing.T) {
	s := newSite(t, HubOptions{})
	for name, frame := range map[string][]byte{
		"not masked":          {0x81, 0x01, 'x'},
		"reserved bits":       {0xf1, 0x80, 0, 0, 0, 0},
		"unknown opcode":      {0x83, 0x80, 0, 0, 0, 0},
		"continues nothing":   {0x80, 0x80, 0, 0, 0, 0},
		"length of 2^63":      {0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0},
		"a ping of 126 bytes": {0x89, 0xfe, 0, 126, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.deafen()
			s.joined(1)
			if _, err := c.Write(frame); err != nil {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, context.DeadlineExceeded) {
				t.Error("the connection stays open")
			}
			_ = c.Close()
			s.sockets(0)
		})
	}
}

func TestServeWhileDraining(t *testing.T) {
	s := newSite(t, HubOptions{})
	var conns []*websocket.Conn
	for i := range 20 {
		query := "&since=e1.0"
		if i%2 == 0 {
			query = "" // has not spoken yet
		}
		conns = append(conns, s.dial(query, nil))
	}
	s.sockets(20)
	var wg sync.WaitGroup
	for _, ws := range conns {
		wg.Go(func() {
			if code := closeCode(t, ws); code != codeRestart {
				t.Errorf("closed with %d, want %d", code, codeRestart)
			}
		})
	}
	begin := time.Now()
	if err := s.hub.Drain(t.Context(), 40); err != nil {
		t.Errorf("drain: %v", err)
	}
	wg.Wait()
	if took := time.Since(begin); took < 400*time.Millisecond {
		t.Errorf("20 connections at 40 a second ended in %v", took)
	}
	_, answer, err := websocket.Dial(t.Context(), s.url+"/live?post=p", nil)
	if err == nil || answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("while draining: %v, %v, want 503 with Retry-After", answer, err)
	}
}

func TestAThousandSocketsOfOneTopic(t *testing.T) {
	s := newSite(t, HubOptions{})
	const n = 1000
	s.src.write("p", 5)
	conns := make([]*websocket.Conn, n)
	for i := range conns {
		conns[i] = s.dial(fmt.Sprintf("&since=e1.%d", i%6), nil)
	}
	s.joined(n)
	if reads := s.hub.Stats().Reads; reads > 20 {
		t.Errorf("%d reads for %d sockets", reads, n)
	}
	begin := time.Now()
	s.change("to all", "")
	for i, ws := range conns {
		var got []string
		for range 5 - i%6 + 1 {
			got = append(got, read(t, ws))
		}
		if diff := cmp.Diff("html|set|6|a|to all", got[len(got)-1]); diff != "" {
			t.Fatalf("socket %d (-want +got):\n%s", i, diff)
		}
	}
	t.Logf("%d sockets had it after %v", n, time.Since(begin))
	for _, ws := range conns {
		_ = ws.CloseNow()
	}
	s.sockets(0)
}

func TestPingsAreAnswered(t *testing.T) {
	s := newSite(t, HubOptions{})
	ws := s.dial("&since=e1.0", nil)
	ctx, cancel := context.WithTimeout(ws.CloseRead(context.Background()), patience)
	defer cancel()
	if err := ws.Ping(ctx); err != nil {
		t.Errorf("ping: %v", err)
	}
}

func TestALargeReplayIsTakenWhole(t *testing.T) {
	s := newSite(t, HubOptions{QueueMessages: 4, QueueBytes: 1000})
	s.src.write("p", 250)
	ws := s.dial("&since=e1.0", nil)
	for i := range 250 {
		if got, want := read(t, ws), fmt.Sprintf("html|set|%d|", i+1); !bytes.HasPrefix([]byte(got), []byte(want)) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestASocketThatEndedTakesNothing(t *testing.T) {
	ended := make(chan *socket, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		opt := HubOptions{}.withDefaults()
		s := newSocket(ws, &opt)
		s.finish()
		ended <- s
	}))
	defer server.Close()
	ws, _, err := websocket.Dial(t.Context(), server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.CloseNow() }()
	s := <-ended
	if !s.send([]byte("late")) || len(s.queue) > 0 || s.writing {
		t.Errorf("%d messages wait for a connection that is gone; writing: %v", len(s.queue), s.writing)
	}
	s.close(codePolicy, "late")
	if s.writing {
		t.Error("a connection that is gone is closed once more")
	}
}
