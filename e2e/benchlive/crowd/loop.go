// Package crowd is thousands of readers of a post in one goroutine: raw sockets, one epoll and a WebSocket client that knows no
// more than it must, so that what is measured is the server. Receiving a message costs it one system call and less than a tenth
// of what sending it costs a server.
//
// A Loop and all that belongs to it is used by one goroutine. It runs only inside Until and Pause.
package crowd

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// ErrLate is in the error of what did not happen in time.
var ErrLate = errors.New("not in time")

// Loop waits for many connections at a time and has each look at what came.
type Loop struct {
	epoll  int
	events []unix.EpollEvent
	buf    []byte // for one read; what is kept beyond it is copied
	links  []link // by the number that epoll tells
	timers timers
	begin  time.Time
	busy   bool // something came in the last turn
}

// link is a connection that is told when it may read or write.
type link interface {
	ready(events uint32) error
}

// NewLoop makes a loop without connections.
func NewLoop() (*Loop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return &Loop{epoll: epoll, events: make([]unix.EpollEvent, 512), buf: make([]byte, 128<<10), begin: time.Now()}, nil
}

// Close ends the loop, not its connections.
func (l *Loop) Close() error { return unix.Close(l.epoll) }

// Now is the time since the loop was made. It only rises.
func (l *Loop) Now() time.Duration { return time.Since(l.begin) }

// At has f called when the loop runs at that time or later.
func (l *Loop) At(at time.Duration, f func() error) { heap.Push(&l.timers, timer{at, f}) }

// Until runs the loop until done says so, which is asked after each turn.
func (l *Loop) Until(ctx context.Context, what string, patience time.Duration, done func() bool) error {
	for deadline := l.Now() + patience; !done(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l.Now() > deadline {
			return fmt.Errorf("%s: %w: %v", what, ErrLate, patience)
		}
		if err := l.turn(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

// While runs the loop until f returns, which is called in a goroutine of its own and must not use the loop.
func (l *Loop) While(ctx context.Context, what string, patience time.Duration, f func() error) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = f()
	}()
	late := l.Until(ctx, what, patience, func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
	<-done
	return errors.Join(late, err)
}

// Pause runs the loop for d.
func (l *Loop) Pause(ctx context.Context, d time.Duration) error {
	over := false
	l.At(l.Now()+d, func() error { over = true; return nil })
	return l.Until(ctx, "pause", d+time.Minute, func() bool { return over })
}

// gather is how long what comes is let pile up while something comes all the time. It makes times that much late at most, and
// saves the server the waking of a reader with each message: over a real network it would not pay for that, and it is dear.
const gather = 200 * time.Microsecond

// longest is how long a turn waits at most, so that a done which asks others than the loop is asked often enough.
const longest = 20 * time.Millisecond

// turn waits for something to happen, and sees to it.
func (l *Loop) turn() error {
	if l.busy {
		pause := unix.NsecToTimespec(int64(gather))
		_ = unix.Nanosleep(&pause, nil) // a shorter one does as well
	}
	wait := longest
	if len(l.timers) > 0 {
		wait = max(0, min(wait, l.timers[0].at-l.Now()))
	}
	n, err := unix.EpollWait(l.epoll, l.events, int((wait+time.Millisecond-1)/time.Millisecond))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("epoll: %w", err)
	}
	l.busy = n > 0
	for _, e := range l.events[:max(n, 0)] {
		if err := l.links[e.Fd].ready(e.Events); err != nil {
			return err
		}
	}
	for now := l.Now(); len(l.timers) > 0 && l.timers[0].at <= now; {
		if err := heap.Pop(&l.timers).(timer).f(); err != nil {
			return err
		}
	}
	return nil
}

// add gives a connection its number.
func (l *Loop) add(k link) int {
	l.links = append(l.links, k)
	return len(l.links) - 1
}

// watch has link n told of events at fd, which is new to the loop.
func (l *Loop) watch(n, fd int, events uint32) error {
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(n)})
}

// change has link n told of other events at fd.
func (l *Loop) change(n, fd int, events uint32) error {
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_MOD, fd, &unix.EpollEvent{Events: events, Fd: int32(n)})
}

// timer is something to do at a time; timers are a heap of them, the next first.
type timer struct {
	at time.Duration
	f  func() error
}

type timers []timer

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].at < t[j].at }
func (t timers) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)        { *t = append(*t, x.(timer)) }

func (t *timers) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
