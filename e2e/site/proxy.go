package site

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy is a network between readers and a server. It passes everything on until it is told to misbehave.
type Proxy struct {
	Addr string
	URL  string

	target   string
	listener net.Listener

	mu       sync.Mutex
	conns    map[net.Conn]bool // both sides of what is open
	refuse   bool
	swallows bool
	holds    []*hold
}

// hold keeps the answers to requests that begin with prefix.
type hold struct {
	prefix  []byte
	caught  chan struct{} // closed when the first such request was seen
	once    sync.Once
	release chan struct{}
}

// NewProxy begins to pass connections to target; it ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		Addr: l.Addr().String(), URL: "http://" + l.Addr().String(), target: target, listener: l,
		conns: map[net.Conn]bool{},
	}
	var running sync.WaitGroup
	running.Go(func() { p.accept(&running) })
	t.Cleanup(func() {
		_ = l.Close()
		p.Cut()
		running.Wait()
	})
	return p
}

func (p *Proxy) accept(running *sync.WaitGroup) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		running.Go(func() { p.serve(client) })
	}
}

// serve passes one connection. Bytes of a connection that was open when the proxy began to swallow never pass again.
func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	if !p.add(client) {
		return
	}
	defer p.remove(client)
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.add(server) {
		return
	}
	defer p.remove(server)
	c := &connection{proxy: p}
	var both sync.WaitGroup
	both.Go(func() { c.pump(server, client, true) })
	both.Go(func() { c.pump(client, server, false) })
	both.Wait()
}

func (p *Proxy) add(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse {
		return false
	}
	p.conns[c] = true
	return true
}

func (p *Proxy) remove(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// connection is one connection's two directions.
type connection struct {
	proxy *Proxy
	mu    sync.Mutex
	hold  *hold // of the request under way
	dead  bool  // whether its bytes are swallowed for good
}

func (c *connection) pump(to, from net.Conn, request bool) {
	// Half-closing is not passed on: HTTP and WebSocket do not need it here.
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && c.pass(buf[:n], request) {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if c.isDead() { // nobody learns that the other side is gone
				_, _ = io.Copy(io.Discard, to)
			}
			return
		}
	}
}

// pass tells whether b may go on, after waiting as long as it is held.
func (c *connection) pass(b []byte, request bool) bool {
	h := c.note(b, request)
	if h != nil && !request {
		<-h.release
	}
	return !c.isDead()
}

func (c *connection) note(b []byte, request bool) *hold {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.proxy.isSwallowing() {
		c.dead = true
	}
	if request {
		if h := c.proxy.holding(b); h != nil {
			c.hold = h
			h.once.Do(func() { close(h.caught) })
		}
	}
	return c.hold
}

func (c *connection) isDead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

func (p *Proxy) isSwallowing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.swallows
}

func (p *Proxy) holding(b []byte) *hold {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range p.holds {
		if bytes.HasPrefix(b, h.prefix) {
			return h
		}
	}
	return nil
}

// Cut breaks all connections; new ones pass.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
	for _, h := range p.holds {
		h.free()
	}
	p.holds = nil
}

// Refuse breaks all connections and takes no new ones, until Accept.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	p.refuse = true
	p.mu.Unlock()
	p.Cut()
}

// Accept ends Refuse.
func (p *Proxy) Accept() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = false
}

// Swallow has all bytes vanish while connections stay open, as a network does that lost its other end. What is open when
// a byte vanishes stays dead for good; Pass lets new connections through.
func (p *Proxy) Swallow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallows = true
}

// Pass ends Swallow for new connections.
func (p *Proxy) Pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallows = false
}

// Hold keeps back the answers to requests that begin with prefix, such as "POST /blog/". caught is closed when one was
// sent; release lets the answers go and ends the hold.
func (p *Proxy) Hold(prefix string) (caught <-chan struct{}, release func()) {
	h := &hold{prefix: []byte(prefix), caught: make(chan struct{}), release: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holds = append(p.holds, h)
	return h.caught, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		h.free()
	}
}

// free is called with the proxy's lock held.
func (h *hold) free() {
	select {
	case <-h.release:
	default:
		close(h.release)
	}
}
