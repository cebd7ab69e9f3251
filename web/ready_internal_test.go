package web

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vang/wire"
)

func TestEightOriginsHavePlaces(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	p := newPlaces(func() time.Time { return now })
	for i := range mostOrigins {
		if !p.has(fmt.Sprint("http://h", i)) {
			t.Errorf("origin %d has no place", i)
		}
	}
	if p.has("http://late") {
		t.Error("one more has a place")
	}
	now = now.Add(placeKept / 2)
	for i := range mostOrigins - 1 {
		if !p.has(fmt.Sprint("http://h", i)) {
			t.Errorf("origin %d has lost its place", i)
		}
	}
	now = now.Add(placeKept/2 + time.Second)
	if !p.has("http://late") || p.has("http://later") || !p.has("http://h0") {
		t.Error("only who was not seen for ten minutes makes room")
	}
}

// TestAnswersBehindTheFront: what a handler flushes goes out at once, and who hijacks gets the connection as it was accepted.
func TestAnswersBehindTheFront(t *testing.T) {
	const buffer = 4096
	wait, hijacked := make(chan struct{}), make(chan net.Conn, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w, ctx: r.Context()}
		if r.URL.Path == "/hijack" {
			conn, _, err := http.NewResponseController(a).Hijack()
			if err != nil {
				t.Error(err)
			}
			hijacked <- conn
			return
		}
		a.Header().Set("Content-Length", "9000")
		a.Header().Set("Content-Type", "text/plain")
		head := len("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nContent-Type: text/plain\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n\r\n")
		_, _ = io.WriteString(a, strings.Repeat("x", buffer-head)) // net/http's buffer is full, and wire holds what fills it
		if err := http.NewResponseController(a).Flush(); err != nil {
			t.Error(err)
		}
		<-wait
		_, _ = io.WriteString(a, strings.Repeat("x", 9000-buffer+head))
	})
	server := httptest.NewUnstartedServer(handler)
	server.Listener = wire.New(server.Config, nil).Listener(server.Listener)
	server.Start()
	defer server.Close()
	defer close(wait)
	conn := dial(t, server)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, buffer)); err != nil {
		t.Errorf("what was flushed did not come: %v", err)
	}
	other := dial(t, server)
	fmt.Fprint(other, "GET /hijack HTTP/1.1\r\nHost: a\r\n\r\n")
	raw := <-hijacked
	defer raw.Close()
	if _, ok := raw.(*net.TCPConn); !ok {
		t.Errorf("hijacked a %T", raw)
	}
}
