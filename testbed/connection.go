package testbed

import (
	"bytes"
	"net"
	"sync"
	"time"
)

// connection is one connection through a Proxy: two directions.
type connection struct {
	proxy  *Proxy
	client net.Conn
	done   chan struct{} // closed when it is broken

	mu     sync.Mutex
	server net.Conn
	ended  bool
	dead   bool  // its bytes are swallowed for good
	gone   bool  // one side gave it up while nothing passed
	hold   *hold // of the request under way
	cut    *cut  // happens at the next byte from the server
}

// reach notes the other end; false if the connection was broken meanwhile.
func (c *connection) reach(server net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		_ = server.Close()
		return false
	}
	c.server = server
	return true
}

func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
}

// end is called with the lock held.
func (c *connection) end() {
	if c.ended {
		return
	}
	c.ended = true
	close(c.done)
	_ = c.client.Close()
	if c.server != nil {
		_ = c.server.Close()
	}
}

// packet is what was read at a time. One without bytes is the end.
type packet struct {
	bytes []byte
	due   time.Time // when it may go on
	hold  *hold     // to be waited for; nil for none
	cut   *cut      // that it brings about; nil for none
}

// packetsOnTheWay bounds what a delay keeps in memory; who sends more waits.
const packetsOnTheWay = 256

// pump passes what comes from one side. Half-closing is not passed on: when one side ends, so does the connection.
func (c *connection) pump(to, from net.Conn, request bool) {
	way := make(chan packet, packetsOnTheWay)
	var writer sync.WaitGroup
	writer.Go(func() { c.deliver(to, way) })
	defer writer.Wait()
	defer close(way)
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			c.send(way, bytes.Clone(buf[:n]), request)
		}
		if err != nil {
			c.send(way, nil, request)
			return
		}
	}
}

// send puts b on its way, unless it vanishes. The end vanishes too: while nothing passes, nobody learns that the other side is
// gone.
func (c *connection) send(way chan<- packet, b []byte, request bool) {
	p, passes := c.judge(b, request)
	if !passes {
		return
	}
	select {
	case way <- p:
	case <-c.done:
	}
}

func (c *connection) judge(b []byte, request bool) (packet, bool) {
	f := c.proxy.judge(b, request)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = c.dead || f.swallow && len(b) > 0
	if b == nil && c.dead {
		c.giveUp(f.swallow)
	}
	if f.hold != nil {
		c.hold = f.hold
		f.hold.once.Do(func() { close(f.hold.caught) })
	}
	if !request && c.cut != nil && !c.ended {
		close(c.cut.done)
		c.end()
	}
	p := packet{bytes: b, cut: f.cut, due: time.Now().Add(f.late)}
	if !request {
		p.hold = c.hold
	}
	return p, !c.dead && !c.ended
}

// giveUp ends a dead connection for the other side too, at once or, while nothing passes, later. The lock is held.
func (c *connection) giveUp(swallowing bool) {
	if c.gone = true; !swallowing {
		c.end()
	}
}

func (c *connection) buryIfGivenUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		c.end()
	}
}

// deliver writes what is on its way, each packet in its time.
func (c *connection) deliver(to net.Conn, way <-chan packet) {
	for p := range way {
		if !c.await(p) || p.bytes == nil {
			c.close()
			continue // until pump has seen it
		}
		if !c.takes(p) {
			continue
		}
		if _, err := to.Write(p.bytes); err != nil {
			c.close()
		}
	}
}

// await waits until p may go on; false if the connection ends first.
func (c *connection) await(p packet) bool {
	if late := time.Until(p.due); late > 0 {
		t := time.NewTimer(late)
		defer t.Stop()
		select {
		case <-t.C:
		case <-c.done:
			return false
		}
	}
	if p.hold != nil {
		select {
		case <-p.hold.release:
		case <-c.done:
			return false
		}
	}
	return true
}

// takes tells whether p may be written still, and has the answer to it break the connection where p asks for that.
func (c *connection) takes(p packet) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.cut != nil {
		c.cut = p.cut
	}
	return !c.dead
}
