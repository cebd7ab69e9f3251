package wire

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// The phases of a connection, as far as its next request is concerned.
const (
	busy     = iota // net/http has the bytes of a request, or is about to ask for them
	turning         // the last answer is out; net/http is about to set the deadline for the next request
	waiting         // net/http waits for the next request and has none of its bytes
	hijacked        // no business of this package any more
)

// What Close has to know of a connection.
const (
	quiet     = iota
	answering // a ready answer is under way
	leaving   // the same, and the connection is closed after it
	closed
)

// Conn is a connection of a Front. Like every net.Conn it may be used by several goroutines.
type Conn struct {
	net.Conn
	front *Front
	phase atomic.Int32
	state atomic.Int32

	// Of the goroutine that reads at a request's boundary.
	request Request
	renewed int64 // second in which the deadlines were last set for ready answers; 0: net/http set them
	pieces  [2][]byte
	vector  net.Buffers

	mu   sync.Mutex
	held *[serverBuffer]byte // the first part of an answer, to go out with the next; nil: nothing
}

func newConn(f *Front, nc net.Conn) *Conn {
	c := &Conn{Conn: nc, front: f}
	if a, err := netip.ParseAddrPort(nc.RemoteAddr().String()); err == nil {
		c.request.Peer = a.Addr().Unmap().WithZone("")
	}
	return c
}

// NetConn is the connection below, for who has hijacked this one: it can do what *net.TCPConn can.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// turned follows net/http's idea of the connection.
func (c *Conn) turned(state http.ConnState) {
	switch state {
	case http.StateIdle:
		_ = c.flush() // such as a HEAD answer of exactly one buffer; a broken connection is found by the next read
		c.renewed = 0
		c.phase.Store(turning)
	case http.StateHijacked:
		_ = c.flush()
		c.phase.Store(hijacked)
	case http.StateNew, http.StateActive, http.StateClosed:
	}
}

// SetReadDeadline also tells where net/http is: it sets one deadline before it waits for a request, and another when the
// first bytes are there.
func (c *Conn) SetReadDeadline(t time.Time) error {
	switch c.phase.Load() {
	case turning:
		c.phase.Store(waiting)
	case waiting:
		c.phase.CompareAndSwap(waiting, busy)
	}
	return c.Conn.SetReadDeadline(t)
}

// Read answers what it can before it returns. Only a wait for the first byte of a request reads into a whole buffer: if bytes
// of it were there already they would be in its beginning.
func (c *Conn) Read(p []byte) (int, error) {
	if c.phase.Load() == waiting && len(p) == serverBuffer && c.front.ready != nil {
		return c.readBeyond(p)
	}
	return c.Conn.Read(p)
}

// readBeyond reads until something comes that has no ready answer.
func (c *Conn) readBeyond(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		begin := time.Now()
		if err != nil || !c.request.parse(p[:n]) {
			return c.handOver(n, err)
		}
		a, ok := c.front.ready(&c.request)
		if !ok {
			return c.handOver(n, nil)
		}
		sent, err := c.send(a, begin)
		if err != nil {
			return 0, err
		}
		a.Sent(sent, time.Since(begin))
	}
}

// handOver gives net/http what was read. A write deadline would be none of its own.
func (c *Conn) handOver(n int, err error) (int, error) {
	c.phase.CompareAndSwap(waiting, busy)
	if c.renewed != 0 {
		_ = c.SetWriteDeadline(time.Time{})
	}
	return n, err
}

// writeLimit is how long a client may take for a ready answer. With an answer of 100 kB that is 14 kbit/s.
const writeLimit = time.Minute

// send writes a ready answer, in one go. Nobody closes the connection meanwhile but at its end.
func (c *Conn) send(a Answer, now time.Time) (int, error) {
	if !c.state.CompareAndSwap(quiet, answering) {
		return 0, net.ErrClosed
	}
	second := now.Unix()
	if c.renewed != second { // a deadline costs as much as a tenth of an answer: not for each
		c.renewed = second
		_ = c.Conn.SetWriteDeadline(now.Add(writeLimit))
		if c.front.idle > 0 {
			_ = c.Conn.SetReadDeadline(now.Add(c.front.idle))
		}
	}
	head, body := a.Head.at(now), a.Body
	if c.request.Head {
		body = nil
	}
	err := c.write(head, body)
	if !c.state.CompareAndSwap(answering, quiet) { // closed meanwhile
		defer c.front.leaving.Done()
		err = net.ErrClosed
	}
	if err != nil {
		c.state.Store(closed)
		_ = c.Conn.Close()
	}
	return len(body), err
}

// write sends two parts in one system call (writev).
func (c *Conn) write(first, second []byte) error {
	if len(second) == 0 {
		_, err := c.Conn.Write(first)
		return err
	}
	c.pieces = [2][]byte{first, second}
	c.vector = c.pieces[:]
	_, err := c.vector.WriteTo(c.Conn)
	c.pieces = [2][]byte{} // an idle connection keeps no page alive
	return err
}

// Close ends the connection, when the ready answer that is under way is out. A second Close does not wait for that.
func (c *Conn) Close() error {
	for {
		switch s := c.state.Load(); s {
		case answering:
			c.front.leaving.Add(1)
			if c.state.CompareAndSwap(answering, leaving) {
				return nil
			}
			c.front.leaving.Done()
		case quiet:
			if c.state.CompareAndSwap(quiet, closed) {
				c.sendRest()
				return c.Conn.Close()
			}
		default:
			return c.Conn.Close()
		}
	}
}

// CloseWrite is how net/http says goodbye to clients that may still be sending.
func (c *Conn) CloseWrite() error {
	err := c.flush()
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return err
}

// ReadFrom lets net/http send files without copying them (sendfile).
func (c *Conn) ReadFrom(r io.Reader) (int64, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	if to, ok := c.Conn.(io.ReaderFrom); ok {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}
