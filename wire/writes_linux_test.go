package wire

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// packets serves over a socket that keeps the borders between system calls: what one write sends, one read gets. It returns
// what sends a request on a connection of its own, or on one that is idle, and tells how many writes its answer took.
func packets(t *testing.T, ready Ready) func(requests ...string) int {
	t.Helper()
	address := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unixpacket"}
	l, err := net.ListenUnix("unixpacket", address)
	if err != nil {
		t.Fatal(err)
	}
	idle := make(chan struct{}, 1)
	server := &http.Server{Handler: site(), ReadHeaderTimeout: time.Minute, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateIdle {
			idle <- struct{}{}
		}
	}}
	var listener net.Listener = l
	if ready != nil {
		listener = New(server, ready).Listener(l)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return func(requests ...string) int {
		conn, err := net.DialUnix("unixpacket", nil, address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		writes := 0
		for i, request := range requests {
			if i > 0 {
				<-idle
			}
			writes = exchange(t, conn, request)
		}
		if last := requests[len(requests)-1]; ready == nil || len(requests) == 1 || bytes.Contains([]byte(last), []byte("X-Long")) {
			select {
			case <-idle:
			case <-time.After(20 * time.Second):
				t.Fatal("the server is not idle again")
			}
		}
		return writes
	}
}

// exchange sends a request and reads packets until its answer is whole.
func exchange(t *testing.T, conn net.Conn, request string) (writes int) {
	t.Helper()
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	var all []byte
	packet := make([]byte, 1<<20)
	for whole := false; !whole; writes++ {
		n, err := conn.Read(packet)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, packet[:n]...)
		head, body, ok := bytes.Cut(all, []byte("\r\n\r\n"))
		var length int
		if _, value, found := bytes.Cut(head, []byte("Content-Length: ")); ok && found {
			_, _ = fmt.Sscan(string(value), &length)
			whole = len(body) == length || bytes.HasPrefix([]byte(request), []byte("HEAD"))
		} else if ok {
			whole = bytes.HasPrefix(head, []byte("HTTP/1.1 304")) || bytes.HasSuffix(body, []byte("0\r\n\r\n"))
		}
	}
	return writes
}

// TestOneWritePerAnswer counts the writes of answers through net/http alone, through the front, and of ready ones.
func TestOneWritePerAnswer(t *testing.T) {
	alone, through := packets(t, nil), packets(t, newLibrary(100, 9000, 90_000).ready)
	long := "X-Long: " // unknown to the parser: goes to net/http
	first := get("/page/1").send
	full := serverBuffer - len(newLibrary(1000).pages["/page/1000"].Head.at(time.Now())) // of the body that fills net/http's buffer
	for _, tt := range []struct {
		name           string
		request        step
		plain, fronted int
	}{
		{"small", get("/page/100", long), 1, 1},
		{"of two buffers", get("/page/9000", long), 2, 1},
		{"large", get("/page/90000", long), 2, 1},
		{"exactly a buffer", get(fmt.Sprintf("/page/%d", full), long), 1, 1},
		{"one byte over a buffer", get(fmt.Sprintf("/page/%d", full+1), long), 2, 1},
		{"HEAD", step{"HEAD /page/9000 HTTP/1.1\r\nHost: a\r\nX-Long: \r\n\r\n", nil}, 1, 1},
		{"unchanged", get("/page/9000", long, `If-None-Match: "9000"`), 1, 1},
		{"ready and small", get("/page/100"), 1, 1},
		{"ready", get("/page/9000"), 2, 1},
		{"ready and large", get("/page/90000"), 2, 1},
		{"ready HEAD", step{"HEAD /page/9000 HTTP/1.1\r\nHost: a\r\n\r\n", nil}, 1, 1},
	} {
		if n := alone(first, tt.request.send); n != tt.plain {
			t.Errorf("%s: %d writes by net/http alone, want %d", tt.name, n, tt.plain)
		}
		if n := through(first, tt.request.send); n != tt.fronted {
			t.Errorf("%s: %d writes through the front, want %d", tt.name, n, tt.fronted)
		}
	}
}
