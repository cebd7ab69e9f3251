package crowd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// Audience is the readers of one post at one server.
type Audience struct {
	Tally   *Tally
	Readers int // who read, and are not stuck
	Open    int // sockets that are open
	Ends    []End
	Backs   []Back

	loop    *Loop
	server  Server
	sockets []*socket
	pending int // handshakes under way
	left    map[*socket]time.Duration
	next    *Server // where those go who are sent away; nil: nowhere
}

// End is a socket that was closed from the other side.
type End struct {
	At    time.Duration
	Code  int // of the close; 0: the connection broke
	Stuck bool
}

// Back is a reader who came back.
type Back struct {
	At   time.Duration
	Away time.Duration // since the end of the socket before
}

// NewAudience makes readers who have seen all up to number; they open nothing yet. After the first ones come the stuck,
// who read nothing once their socket is open.
func NewAudience(l *Loop, server Server, readers, stuck int, number int64) *Audience {
	a := &Audience{Readers: readers, Tally: &Tally{}, loop: l, server: server, left: map[*socket]time.Duration{}}
	for i := range readers + stuck {
		s := &socket{of: a, stuck: i >= readers, last: number}
		s.n = l.add(s)
		a.sockets = append(a.sockets, s)
	}
	return a
}

// handshakes is how many are under way at a time.
const handshakes = 128

// OpenAll opens all sockets.
func (a *Audience) OpenAll(ctx context.Context, patience time.Duration) error {
	begun := 0
	var err error
	late := a.loop.Until(ctx, "open all sockets", patience, func() bool {
		for ; begun < len(a.sockets) && a.pending < handshakes && err == nil; begun++ {
			a.pending++
			err = a.sockets[begun].connect()
		}
		return err != nil || len(a.Ends) > 0 || a.Open == len(a.sockets)
	})
	if err == nil && len(a.Ends) > 0 {
		err = fmt.Errorf("the server closed sockets while others opened: %+v", a.Ends[0])
	}
	return errors.Join(err, late)
}

func (a *Audience) opened(s *socket) {
	a.Open++
	a.pending--
	if gone, came := a.left[s]; came {
		delete(a.left, s)
		a.Backs = append(a.Backs, Back{At: a.loop.Now(), Away: a.loop.Now() - gone})
	}
}

// comeBack is how long a page waits at most before it opens its socket again: 0.5 s, give or take as much.
const comeBack = time.Second

// Leave has all who are sent away from now on come back, as pages do: to server, after a random time, and again after another
// where they are refused.
func (a *Audience) Leave(server Server) { a.next = &server }

// ended has a page come back.
func (a *Audience) ended(s *socket, wasOpen bool, code int) error {
	if wasOpen {
		a.Open--
		a.Ends = append(a.Ends, End{At: a.loop.Now(), Code: code, Stuck: s.stuck})
		a.left[s] = a.loop.Now()
	} else {
		a.pending--
	}
	if a.next == nil {
		if !wasOpen {
			return fmt.Errorf("socket %d could not be opened at %s (status %d; 0: the connection broke)", s.n, a.server.Addr, code)
		}
		return nil
	}
	a.server = *a.next
	a.loop.At(a.loop.Now()+rand.N(comeBack), func() error {
		a.pending++
		return s.connect()
	})
	return nil
}

// Whole tells whether all readers have all up to number.
func (a *Audience) Whole(number int64) bool {
	for _, s := range a.sockets {
		if !s.stuck && s.last != number {
			return false
		}
	}
	return true
}

// Close breaks all connections off.
func (a *Audience) Close() error {
	var errs []error
	for _, s := range a.sockets {
		if s.state != closed {
			s.state = closed
			errs = append(errs, unix.Close(s.fd))
		}
	}
	return errors.Join(errs...)
}
