package realtime

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

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

func TestASocketThatEndedTakesNothing(t *testing.T) {
	site := newSite(t, HubOptions{})
	site.dial("&since=e1.0", nil)
	site.joined(1)
	s := site.transport()
	s.kill()
	<-site.ended
	if !s.send(textFrame([]byte("late"))) || len(s.queue) > 0 || s.busy {
		t.Errorf("%d messages wait for a connection that is gone; busy: %v", len(s.queue), s.busy)
	}
	s.close(codePolicy, "late")
	if s.busy || s.timer != nil {
		t.Error("a connection that is gone is closed once more")
	}
	s.kill()
	if n := len(site.ended); n != 0 {
		t.Errorf("its end was told %d times more", n)
	}
}
