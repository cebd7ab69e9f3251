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

// TestAnswersBehindTheFront: what a handler flushes goes out at once, and who hijacks gets the connection as it was accepted.
func TestAnswersBehindTheFront(t *testing.T) {
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
		_, _ = io.WriteString(a, strings.Repeat("x", 4500))
		if err := http.NewResponseController(a).Flush(); err != nil {
			t.Error(err)
		}
		<-wait
		_, _ = io.WriteString(a, strings.Repeat("x", 4500))
	})
	server := httptest.NewUnstartedServer(handler)
	server.Listener = wire.New(server.Config, nil).Listener(server.Listener)
	server.Start()
	defer server.Close()
	defer close(wait)
	conn := dial(t, server)
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, 4500)); err != nil {
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
