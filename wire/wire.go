// Package wire stands between the network and net/http, for two things that net/http cannot be told.
//
// One write per answer: net/http sends a head and a body of more than 4 KiB in two writes; here they leave in one.
//
// Ready answers: while net/http waits for the next request on a connection, what comes is looked at first. Exactly one
// complete, plain GET or HEAD for which there is an answer ready is answered at once, and net/http goes on waiting.
// Everything else is handed to it as it came: net/http stays the only judge of what is strange. A page that is ready costs 17 us of
// CPU instead of 65, of which nine parts in ten are the kernel's (decision 080).
//
// It leans on three habits of net/http's server: it reads through a buffer of 4 KiB, it tells ConnState that a connection is
// idle before it waits for the next request, and it sets the read deadline once before that wait and once after. Should a
// release do otherwise, no boundary is ever found and net/http answers everything (TestReadyAnswersAreFound then fails).
//
// It imports the standard library only. A Front may be used by any number of goroutines.
package wire

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// serverBuffer is the size of the buffers through which net/http reads and writes a connection.
const serverBuffer = 4 << 10

// Ready finds the answer that is kept for a request, if there is one. What the request holds is valid until it returns. It
// must not wait for anything.
type Ready func(*Request) (Answer, bool)

// Answer is a ready answer.
type Answer struct {
	Head *Head
	Body []byte // not sent to HEAD; Ready leaves it empty for 304
	// Sent is told of the answer after it went out: how many bytes its body had, and how long it took.
	Sent func(bytes int, took time.Duration)
}

// Front is a server with this package before it.
type Front struct {
	server  *http.Server
	ready   Ready
	idle    time.Duration // how long a connection may wait for its next request
	held    sync.Pool     // of *[serverBuffer]byte
	leaving sync.WaitGroup
}

// New puts itself before a server that does not serve yet. It takes the server's ConnState and ConnContext over, and calls
// those that it had. ready may be nil.
func New(server *http.Server, ready Ready) *Front {
	f := &Front{server: server, ready: ready, idle: server.IdleTimeout}
	if f.idle == 0 {
		f.idle = server.ReadTimeout
	}
	f.held.New = func() any { return new([serverBuffer]byte) }
	tellState, addContext := server.ConnState, server.ConnContext
	server.ConnState = func(nc net.Conn, state http.ConnState) {
		if c, ok := nc.(*Conn); ok {
			c.turned(state)
		}
		if tellState != nil {
			tellState(nc, state)
		}
	}
	server.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
		if addContext != nil {
			ctx = addContext(ctx, nc)
		}
		return context.WithValue(ctx, connKey{}, nc)
	}
	return f
}

// Serve is http.Server.Serve.
func (f *Front) Serve(l net.Listener) error { return f.server.Serve(f.Listener(l)) }

// Listener wraps l for a server that somebody else has serve.
func (f *Front) Listener(l net.Listener) net.Listener { return &listener{Listener: l, front: f} }

// Shutdown is http.Server.Shutdown. It also waits for ready answers that are under way: net/http takes their connections for
// idle and closes them, which happens when the answer is out.
func (f *Front) Shutdown(ctx context.Context) error {
	err := f.server.Shutdown(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.leaving.Wait() // each is within its write deadline
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

type listener struct {
	net.Listener
	front *Front
}

func (l *listener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err // as it is: net/http asks whether it is temporary
	}
	return newConn(l.front, nc), nil
}

type connKey struct{}

// Flush sends what is held of the answer to the request of ctx. Who flushes a net/http answer before its end must call it
// afterwards.
func Flush(ctx context.Context) error {
	if c, ok := ctx.Value(connKey{}).(*Conn); ok {
		return c.flush()
	}
	return nil
}
