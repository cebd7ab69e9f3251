package realtime

import (
	"runtime"
	"sync"
)

const (
	// mostBytes is how much of what waits for one socket goes out in one write, if it is more than one frame.
	mostBytes = 64 << 10
	// mostTaken is how many sockets a writer takes from the line at once.
	mostTaken = 64
)

// writers send what waits in sockets: a broadcast to ten thousand of them is the work of one goroutine less than there are
// processors, and never of one a socket. They start when there is something to send and end when there is nothing. None
// of them ever waits for a peer.
type writers struct {
	running sync.WaitGroup // these, and the goroutines of sockets that have to be waited for

	mu    sync.Mutex
	ready []*socket
	now   int // writers
}

// add has s written.
func (w *writers) add(s *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = append(w.ready, s)
	if w.now < max(1, runtime.GOMAXPROCS(0)-1) {
		w.now++
		w.running.Go(w.write)
	}
}

// take gives the next sockets in line to a writer, or ends its work.
func (w *writers) take(into []*socket) []*socket {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.ready), cap(into))
	if n == 0 {
		w.ready = nil
		w.now--
		return nil
	}
	into = append(into[:0], w.ready[:n]...)
	w.ready = w.ready[n:]
	return into
}

func (w *writers) write() {
	out := newOutlet()
	for mine := w.take(make([]*socket, 0, mostTaken)); mine != nil; mine = w.take(mine) {
		for _, s := range mine {
			w.flush(out, s)
		}
	}
}

// flush writes what waits in s as far as its peer takes it at once.
func (w *writers) flush(out *outlet, s *socket) {
	for {
		frames, sent := s.next(mostBytes)
		if len(frames) == 0 {
			return
		}
		p := out.join(frames)[sent:]
		n, err := out.write(s.line, p)
		if s.wrote(n) || err != nil {
			s.kill()
			return
		}
		if n < len(p) {
			w.running.Go(s.waitOut)
			return
		}
	}
}

// join lays several frames end to end. What it returns is good until its next call.
func (o *outlet) join(frames [][]byte) []byte {
	if len(frames) == 1 {
		return frames[0]
	}
	o.joined = o.joined[:0]
	for _, f := range frames {
		o.joined = append(o.joined, f...)
	}
	return o.joined
}
