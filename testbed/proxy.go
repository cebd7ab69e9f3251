package testbed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// Proxy is a network between clients and one server. It passes everything on until it is told to misbehave.
type Proxy struct {
	Addr string

	target  string
	running sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener // nil while it refuses
	closed   bool
	conns    map[*connection]bool
	swallows bool
	late     time.Duration
	holds    []*hold
	cuts     []*cut
}

// hold keeps the answers to requests that begin with prefix.
type hold struct {
	prefix  []byte
	caught  chan struct{} // closed when the first such request was seen
	once    sync.Once
	release chan struct{}
}

// cut breaks one connection between a request and its answer.
type cut struct {
	match func([]byte) bool
	done  chan struct{}
}

// NewProxy begins to pass connections to target, an address.
func NewProxy(target string) (*Proxy, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, listener: l, conns: map[*connection]bool{}}
	p.running.Go(func() { p.accept(l) })
	return p, nil
}

func (p *Proxy) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	c := &connection{proxy: p, client: client, done: make(chan struct{})}
	defer c.close()
	if !p.add(c) {
		return
	}
	defer p.remove(c)
	if p.isSwallowing() { // the server never hears of it
		_, _ = io.Copy(io.Discard, client)
		return
	}
	server, err := net.DialTimeout("tcp", p.target, 10*time.Second)
	if err != nil || !c.reach(server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { c.pump(server, client, true) })
	both.Go(func() { c.pump(client, server, false) })
	both.Wait()
}

func (p *Proxy) add(c *connection) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener == nil {
		return false
	}
	p.conns[c] = true
	return true
}

func (p *Proxy) remove(c *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// Cut breaks all connections; new ones pass. What was held is lost.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breakAll()
}

// breakAll is called with the lock held.
func (p *Proxy) breakAll() {
	for c := range p.conns {
		c.close()
	}
	for _, h := range p.holds {
		h.free()
	}
	p.holds = nil
}

// Refuse breaks all connections and has the kernel refuse new ones, as that of a host whose server has ended, until Accept.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		_ = p.listener.Close()
		p.listener = nil
	}
	p.breakAll()
}

// Accept ends Refuse. It fails if another program has taken the port.
func (p *Proxy) Accept() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("the proxy is closed")
	}
	if p.listener != nil {
		return nil
	}
	l, err := net.Listen("tcp", p.Addr)
	if err != nil {
		return fmt.Errorf("accept connections again: %w", err)
	}
	p.listener = l
	p.running.Go(func() { p.accept(l) })
	return nil
}

// Swallow has all bytes vanish while connections stay open, as a network does that lost its other end. A connection that
// lost a byte stays dead for good; Pass lets the others and new ones through.
func (p *Proxy) Swallow() { p.set(func() { p.swallows = true }) }

// Pass ends Swallow. The server hears now of those who gave their dead connections up, as it would from their network.
func (p *Proxy) Pass() {
	p.set(func() {
		p.swallows = false
		for c := range p.conns {
			c.buryIfGivenUp()
		}
	})
}

func (p *Proxy) isSwallowing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.swallows
}

// Delay has what either side sends from now on arrive later by d, in its order; 0 ends it.
func (p *Proxy) Delay(d time.Duration) { p.set(func() { p.late = d }) }

func (p *Proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// CutAfter breaks one connection once: that on which match first says yes to what a client sent at a time. Those bytes reach
// the server; when its answer comes, so that it has done as it was asked, the connection is broken instead of passing it on.
// The channel is closed when that has happened.
func (p *Proxy) CutAfter(match func(fromClient []byte) bool) <-chan struct{} {
	c := &cut{match: match, done: make(chan struct{})}
	p.set(func() { p.cuts = append(p.cuts, c) })
	return c.done
}

// Hold keeps back the answers to requests that begin with prefix, such as "POST /blog/". caught is closed when one was
// sent; release lets the answers go and ends the hold.
func (p *Proxy) Hold(prefix string) (caught <-chan struct{}, release func()) {
	h := &hold{prefix: []byte(prefix), caught: make(chan struct{}), release: make(chan struct{})}
	p.set(func() { p.holds = append(p.holds, h) })
	return h.caught, func() {
		p.set(func() {
			h.free()
			p.holds = slices.DeleteFunc(p.holds, func(other *hold) bool { return other == h })
		})
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

// Close breaks all connections and ends the proxy.
func (p *Proxy) Close() {
	p.set(func() { p.closed = true })
	p.Refuse()
	p.running.Wait()
}

// faults is what shall befall some bytes.
type faults struct {
	swallow bool
	late    time.Duration
	hold    *hold // of the request that the bytes begin
	cut     *cut  // that the bytes asked for
}

// judge says what shall befall b. A cut that b asks for is taken: it happens once.
func (p *Proxy) judge(b []byte, request bool) faults {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := faults{swallow: p.swallows, late: p.late}
	if !request {
		return f
	}
	for _, h := range p.holds {
		if bytes.HasPrefix(b, h.prefix) {
			f.hold = h
			break
		}
	}
	for i, c := range p.cuts {
		if c.match(b) {
			f.cut = c
			p.cuts = append(p.cuts[:i:i], p.cuts[i+1:]...)
			break
		}
	}
	return f
}
