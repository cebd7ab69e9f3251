package realtime

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

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

func TestTheEndOfAConnectionIsToldOnce(t *testing.T) {
	s := newSite(t, HubOptions{HelloTimeout: 50 * time.Millisecond})
	for name, end := range map[string]func(*websocket.Conn){
		"the peer leaves":       func(ws *websocket.Conn) { _ = ws.CloseNow() },
		"the peer says goodbye": func(ws *websocket.Conn) { _ = ws.Close(websocket.StatusNormalClosure, "") },
		"it never speaks":       func(*websocket.Conn) {},
	} {
		ws := s.dial("", nil)
		end(ws)
		select {
		case <-s.ended:
		case <-time.After(patience):
			t.Errorf("%s: nobody is told", name)
		}
	}
	if n := len(s.ended); n != 0 {
		t.Errorf("told %d times too often", n)
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
