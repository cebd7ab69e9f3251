package realtime

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	crowdURL  = "VANG_TEST_CROWD_URL" // makes the test's binary a crowd of readers, whose memory is then not the server's
	crowdSize = "VANG_TEST_CROWD_SIZE"
)

// greet opens a connection as a page does and reads the answer to the handshake.
func greet(url string) (net.Conn, error) {
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		return nil, err
	}
	request := "GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	if _, err = c.Write(append([]byte(request), fromClient(0x81, "e1.0")...)); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(c, 256), nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("no socket: %w", err)
	}
	return c, nil
}

// crowd reads on many connections until its standard input ends.
func crowd(url string) (status int) {
	n, _ := strconv.Atoi(os.Getenv(crowdSize))
	for range n {
		c, err := greet(url)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		go func() { _, _ = io.Copy(io.Discard, c) }()
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// benchSite is a hub behind HTTP with n readers in another process.
func benchSite(b *testing.B, n int) (h *Hub, url string) {
	b.Helper()
	src := newFakeSource(nil)
	h = NewHub(src, HubOptions{Heartbeat: time.Hour})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.Serve(w, r, Subscriber{Topic: "p"}, parseCursor); err != nil {
			b.Error(err)
		}
	}))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		<-done
		server.Close()
	})
	if n == 0 {
		return h, server.URL
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), crowdURL+"="+server.URL, crowdSize+"="+strconv.Itoa(n))
	child.Stdout, child.Stderr = os.Stderr, os.Stderr
	stdin, err := child.StdinPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = stdin.Close()
		_ = child.Wait()
	})
	awaitLive(b, h, n)
	return h, server.URL
}

// awaitLive waits until n readers stand in the topic.
func awaitLive(b *testing.B, h *Hub, n int) {
	b.Helper()
	deadline := time.Now().Add(time.Minute)
	for live := -1; live != n; runtime.Gosched() {
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d readers came", live, n)
		}
		h.mu.Lock()
		t := h.topics["p"]
		h.mu.Unlock()
		if live = 0; t != nil {
			t.mu.Lock()
			live = len(t.live)
			t.mu.Unlock()
		}
	}
}

// drained waits until the writers have nothing left to do.
func drained(h *Hub) {
	for {
		h.writers.mu.Lock()
		now := h.writers.now
		h.writers.mu.Unlock()
		if now == 0 {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
}

// resident is this process' memory as the system counts it, or 0 where it does not tell.
func resident() int {
	debug.FreeOSMemory()
	line, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(strings.Fields(string(line))[1])
	return pages * os.Getpagesize()
}

// BenchmarkPush sends 600 bytes to sockets of another process: its B/socket is what an idle one costs, memory that the
// process does not give back to the system left out.
func BenchmarkPush(b *testing.B) {
	for _, n := range []int{1000, 5000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			before, goroutines := resident(), runtime.NumGoroutine()
			h, _ := benchSite(b, n)
			each := float64(resident()-before) / float64(n)
			perSocket := float64(runtime.NumGoroutine()-goroutines) / float64(n)
			m := Message{HTML: []byte(strings.Repeat("x", 600))}
			b.ReportAllocs()
			for b.Loop() {
				h.Broadcast("p", m)
				drained(h)
			}
			b.ReportMetric(each, "B/socket")
			b.ReportMetric(perSocket, "goroutines/socket")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/message")
		})
	}
}

func BenchmarkHeartbeats(b *testing.B) {
	const n = 1000
	h, _ := benchSite(b, n)
	b.ReportAllocs()
	now := time.Now()
	for b.Loop() {
		now = now.Add(2 * time.Hour)
		for _, r := range h.due(now) {
			r.conn.send(heartbeat)
		}
		drained(h)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/heartbeat")
}

// BenchmarkComeAndGo is one reader's handshake, first message and end, its own side included.
func BenchmarkComeAndGo(b *testing.B) {
	h, url := benchSite(b, 0)
	b.ReportAllocs()
	for b.Loop() {
		c, err := greet(url)
		if err != nil {
			b.Fatal(err)
		}
		awaitLive(b, h, 1)
		_ = c.Close()
		awaitLive(b, h, 0)
	}
}
