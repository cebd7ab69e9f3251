package realtime

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// everyWay runs a test for each way in which a connection may be read and written.
func everyWay(t *testing.T, opt HubOptions, test func(t *testing.T, s *site)) {
	t.Helper()
	alone := opt
	alone.goroutines = true
	for name, way := range map[string]struct {
		opt  HubOptions
		wrap bool
	}{
		"the system's best": {opt, false},
		"a goroutine each":  {alone, false},
		"not a TCP one":     {opt, true}, // such as TLS
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, way.opt)
			s.wrap = way.wrap
			test(t, s)
		})
	}
}

// wrapped is a TCP connection that does not look like one.
type wrapped struct {
	net.Conn
	deadline atomic.Int64 // of writes, in Unix nanoseconds
}

func (w *wrapped) SetWriteDeadline(t time.Time) error {
	w.deadline.Store(t.UnixNano())
	return w.Conn.SetWriteDeadline(t)
}

type wrapper struct{ http.ResponseWriter }

func (w wrapper) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	return &wrapped{Conn: c}, rw, err
}

// client is a peer that says just what a test wants.
type client struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

// knock upgrades by hand and sends the first bytes in one packet with the request.
func (s *site) knock(query string, first ...byte) *client {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	c := &client{conn, s.t, bufio.NewReader(conn)}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	c.say(append([]byte("GET /live?post=p"+query+" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), first...))
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("handshake: %v, %v", answer, err)
	}
	return c
}

func (c *client) say(p []byte) {
	c.t.Helper()
	if _, err := c.Write(p); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// hear reads the next frame.
func (c *client) hear() (op byte, payload string) {
	c.t.Helper()
	head := make([]byte, 2)
	c.fill(head)
	n := uint64(head[1])
	switch n {
	case 126:
		long := make([]byte, 2)
		c.fill(long)
		n = uint64(binary.BigEndian.Uint16(long))
	case 127:
		long := make([]byte, 8)
		c.fill(long)
		n = binary.BigEndian.Uint64(long)
	}
	p := make([]byte, n)
	c.fill(p)
	return head[0] &^ final, string(p)
}

func (c *client) fill(p []byte) {
	c.t.Helper()
	if _, err := io.ReadFull(c.in, p); err != nil {
		c.t.Fatalf("read: %v", err)
	}
}

func (c *client) want(op byte, payload string) {
	c.t.Helper()
	if gotOp, got := c.hear(); gotOp != op || got != payload {
		c.t.Errorf("got %x %.60q, want %x %.60q", gotOp, got, op, payload)
	}
}

// wantEnd says that nothing but the end comes.
func (c *client) wantEnd() {
	c.t.Helper()
	if n, err := io.Copy(io.Discard, c.in); n != 0 || err != nil {
		c.t.Errorf("%d bytes and %v, want the end", n, err)
	}
}

func TestAFirstMessageInAnyPieces(t *testing.T) {
	everyWay(t, HubOptions{}, func(t *testing.T, s *site) {
		s.src.write("p", 1)
		hello := slicesConcat(fromClient(0x01, "e1"), fromClient(0x89, "in between"), fromClient(0x80, ".0"))
		for _, early := range []int{0, 1, 9, len(hello)} { // as many come with the request
			c := s.knock("", hello[:early]...)
			for _, b := range hello[early:] {
				c.say([]byte{b})
			}
			c.want(opPong, "in between")
			c.want(opText, "html|set|1|i1|text")
		}
	})
}

func TestPeersSayGoodbye(t *testing.T) {
	everyWay(t, HubOptions{grace: 2 * patience}, func(t *testing.T, s *site) {
		for said, want := range map[string]string{"": "", "\x03\xe9": "\x03\xe9", "\x0f\xa0bye": "\x0f\xa0"} {
			c := s.knock("&since=e1.0")
			c.say(append(fromClient(0x88, said), "what comes later means nothing"...))
			c.want(opClose, want)
			c.wantEnd()
			<-s.ended
		}
		s.sockets(0)
	})
}

func TestAPeerThatAnswersTheServersGoodbyeIsNotKeptWaiting(t *testing.T) {
	everyWay(t, HubOptions{grace: 2 * patience}, func(t *testing.T, s *site) {
		c := s.knock("&since=e1.0")
		s.joined(1)
		s.hub.cut(s.readerOf(""), codeTryLater, "too slow")
		c.want(opClose, "\x03\xf5too slow")
		c.say(fromClient(0x88, "\x03\xf5"))
		c.wantEnd()
		s.sockets(0)
	})
}

func TestAPeerThatIgnoresTheServersGoodbyeIsLeft(t *testing.T) {
	everyWay(t, HubOptions{grace: 50 * time.Millisecond}, func(t *testing.T, s *site) {
		c := s.knock("&since=e1.0")
		s.joined(1)
		s.hub.cut(s.readerOf(""), codeRestart, "restarting")
		c.want(opClose, "\x03\xf4restarting")
		c.say(slicesConcat(fromClient(0x81, "still talking"), fromClient(0x89, "ping")))
		c.wantEnd()
		s.sockets(0)
	})
}

func TestALargeMessageInTheWayOfAGoodbye(t *testing.T) {
	everyWay(t, HubOptions{}, func(t *testing.T, s *site) {
		c := s.knock("")
		c.say(fromClient(0x81, strings.Repeat("x", 4097)))
		for range 100 {
			if _, err := c.Write(make([]byte, 10_000)); err != nil {
				break
			}
		}
		op, why := c.hear()
		if op != opClose || binary.BigEndian.Uint16([]byte(why)) != codeTooBig {
			t.Errorf("got %x %q", op, why)
		}
		s.sockets(0)
	})
}

func TestAGoodbyeWaitsForTheEndOfAFrame(t *testing.T) {
	everyWay(t, HubOptions{QueueMessages: 1 << 40, QueueBytes: 1 << 40}, func(t *testing.T, s *site) {
		c := s.knock("&since=e1.0")
		s.joined(1)
		text := strings.Repeat("x", 20<<20)
		s.hub.Broadcast("p", Message{HTML: []byte(text)})
		if _, err := c.in.Peek(1); err != nil { // so a part of it is out
			t.Fatal(err)
		}
		s.hub.Broadcast("p", Message{HTML: []byte("too late")})
		s.hub.cut(s.readerOf(""), codeTryLater, "too slow")
		c.want(opText, text)
		c.want(opClose, "\x03\xf5too slow")
		_ = c.Close()
		s.sockets(0)
	})
}

func TestPingsBetweenPushesNeverTearAFrame(t *testing.T) {
	everyWay(t, HubOptions{QueueMessages: 1 << 40, QueueBytes: 1 << 40}, func(t *testing.T, s *site) {
		const n = 25
		c := s.knock("&since=e1.0")
		s.joined(1)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range n {
				c.say(fromClient(0x89, fmt.Sprint("ping ", i)))
			}
		})
		text := strings.Repeat("x", 70_000) // more than goes out at once
		wg.Go(func() {
			for range n {
				s.hub.Broadcast("p", Message{HTML: []byte(text)})
			}
		})
		pings, texts := 0, 0
		for pings+texts < 2*n {
			switch op, got := c.hear(); {
			case op == opPong && got == fmt.Sprint("ping ", pings):
				pings++
			case op == opText && got == text:
				texts++
			default:
				t.Fatalf("after %d pongs and %d texts: %x %.40q", pings, texts, op, got)
			}
		}
		wg.Wait()
	})
}

func TestAStuckReaderThatGoesOnMissesNothing(t *testing.T) {
	everyWay(t, HubOptions{QueueMessages: 1 << 40, QueueBytes: 1 << 40, WriteTimeout: patience}, func(t *testing.T, s *site) {
		c := s.knock("&since=e1.0")
		s.joined(1)
		sock := s.transport()
		n := 0
		for queued := 0; queued == 0; n++ { // until the system takes no more
			s.hub.Broadcast("p", Message{HTML: fmt.Appendf(nil, "%0200000d", n)})
			eventually(t, "a writer that is done or waits", func() bool {
				sock.mu.Lock()
				defer sock.mu.Unlock()
				queued = sock.messages
				return !sock.busy || queued > 0
			})
		}
		for range 10 {
			s.hub.Broadcast("p", Message{HTML: fmt.Appendf(nil, "%0200000d", n)})
			n++
		}
		for i := range n {
			c.want(opText, fmt.Sprintf("%0200000d", i))
		}
		eventually(t, "an idle socket", func() bool {
			sock.mu.Lock()
			defer sock.mu.Unlock()
			return !sock.busy && sock.messages == 0 && sock.bytes == 0 && sock.sent == 0 && sock.queue == nil
		})
		if w, ok := sock.conn.(*wrapped); ok && w.deadline.Load() != (time.Time{}).UnixNano() {
			t.Error("the deadline of the wait holds for later writes")
		}
		s.change("at once again", "")
		c.want(opText, "html|set|1|a|at once again")
	})
}

func TestChatterInAnyForm(t *testing.T) {
	everyWay(t, HubOptions{}, func(t *testing.T, s *site) {
		for name, f := range map[string][]byte{
			"messages": fromClient(0x81, "hi"), "pings": fromClient(0x89, ""), "pongs": fromClient(0x8a, ""),
		} {
			c := s.knock("&since=e1.0")
			for range chatter + 1 {
				c.say(f)
			}
			op, why := c.hear()
			for op == opPong {
				op, why = c.hear()
			}
			if op != opClose || binary.BigEndian.Uint16([]byte(why)) != codePolicy {
				t.Errorf("%s: %x %q", name, op, why)
			}
		}
		c := s.knock("&since=e1.0")
		c.say(fromClient(0x01, "a"))
		for range chatter {
			c.say(fromClient(0x00, "")) // a message that never ends
		}
		if op, _ := c.hear(); op != opClose {
			t.Errorf("parts of a message: %x", op)
		}
		_ = c.Close()
		s.sockets(0)
	})
}

func TestManyComeAndGoAtOnce(t *testing.T) {
	everyWay(t, HubOptions{Heartbeat: 20 * time.Millisecond, WriteTimeout: patience}, func(t *testing.T, s *site) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 40 {
					c := s.knock("", fromClient(0x81, "e1.0")...)
					switch (i + j) % 4 {
					case 0:
						c.say(fromClient(0x88, ""))
						for op, _ := c.hear(); op != opClose; op, _ = c.hear() {
						}
					case 1:
						c.say(fromClient(0x89, ""))
						for op, _ := c.hear(); op != opPong; op, _ = c.hear() {
						}
					case 2:
						_ = c.Conn.(*net.TCPConn).SetLinger(0) // ends with a reset
					}
					_ = c.Close()
				}
			})
		}
		wg.Go(func() {
			for i := range 100 {
				s.change(fmt.Sprint(i), "")
			}
		})
		wg.Wait()
		s.sockets(0)
	})
}

func TestPeersWithoutATCPConnectionAreAskedForASignOfLife(t *testing.T) {
	s := newSite(t, HubOptions{Heartbeat: 20 * time.Millisecond, WriteTimeout: 300 * time.Millisecond})
	s.wrap = true
	answers, silent := s.dial("&since=e1.0", nil), s.knock("&since=e1.0")
	go func() { // which answers pings
		for {
			if _, _, err := answers.Read(t.Context()); err != nil {
				return
			}
		}
	}()
	s.joined(2)
	for op, _ := silent.hear(); op != opPing; op, _ = silent.hear() {
	}
	s.sockets(1)
	if _, err := io.Copy(io.Discard, silent.in); err != nil {
		t.Errorf("the silent one ends with %v", err)
	}
	s.change("to who is there", "")
	s.joined(1)
	_ = answers.Close(websocket.StatusNormalClosure, "")
}
