package realtime

import "sync"

// maxPending is how many different wakes wait for one receiver before they become one: look at everything.
const maxPending = 1024

// wakeSet holds the wakes that wait for one receiver, each once. Adding never blocks and nothing is lost: too many become
// the zero Wake.
type wakeSet struct {
	ready chan struct{} // something waits

	mu      sync.Mutex
	pending map[Wake]struct{}
}

func newWakeSet() *wakeSet {
	return &wakeSet{ready: make(chan struct{}, 1), pending: map[Wake]struct{}{}}
}

func (s *wakeSet) add(w Wake) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) >= maxPending {
		clear(s.pending)
		w = Wake{}
	}
	if _, all := s.pending[Wake{}]; !all {
		s.pending[w] = struct{}{}
	}
	signal(s.ready)
}

func (s *wakeSet) take() map[Wake]struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.pending
	s.pending = map[Wake]struct{}{}
	return taken
}
