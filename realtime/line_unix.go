//go:build unix

package realtime

import (
	"errors"
	"net"
	"syscall"
)

// line is how a connection is written to without waiting.
type line struct{ raw syscall.RawConn } // nil: there is no such way

func newLine(conn net.Conn) line {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return line{}
	}
	raw, err := tcp.SyscallConn()
	if err != nil { // it is closed
		return line{}
	}
	return line{raw}
}

// outlet writes to one line after another; its one closure is what makes a write cost no allocation.
type outlet struct {
	joined []byte
	try    func(fd uintptr) bool

	p   []byte
	n   int
	err error
}

func newOutlet() *outlet {
	o := &outlet{}
	o.try = func(fd uintptr) bool {
		for {
			if o.n, o.err = syscall.Write(int(fd), o.p); !errors.Is(o.err, syscall.EINTR) {
				return true // also if the peer takes nothing now: nobody waits here
			}
		}
	}
	return o
}

// write writes as much of p as the peer takes at once.
func (o *outlet) write(l line, p []byte) (int, error) {
	if l.raw == nil {
		return 0, nil
	}
	o.p = p
	err := l.raw.Write(o.try)
	o.p = nil
	switch {
	case err != nil:
		return 0, err
	case errors.Is(o.err, syscall.EAGAIN):
		return 0, nil
	}
	return max(o.n, 0), o.err
}
