package realtime

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is what a closed bus answers.
var ErrClosed = errors.New("the bus is closed")

// LocalBus is the Bus of one process. It loses nothing.
type LocalBus struct {
	done chan struct{}

	mu     sync.Mutex
	subs   map[*wakeSet]struct{}
	closed bool
}

// NewLocalBus returns a bus that reaches this process only.
func NewLocalBus() *LocalBus {
	return &LocalBus{done: make(chan struct{}), subs: map[*wakeSet]struct{}{}}
}

// Publish implements Bus. It never blocks.
func (b *LocalBus) Publish(ctx context.Context, w Wake) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	for s := range b.subs {
		s.add(w)
	}
	return nil
}

// Subscribe implements Bus.
func (b *LocalBus) Subscribe(ctx context.Context, f func(Wake)) error {
	s := newWakeSet()
	if !b.join(s) {
		return ErrClosed
	}
	defer b.leave(s)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-b.done:
			return ErrClosed
		case <-s.ready:
			for w := range s.take() {
				f(w)
			}
		}
	}
	return nil
}

func (b *LocalBus) join(s *wakeSet) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.subs[s] = struct{}{}
	}
	return !b.closed
}

func (b *LocalBus) leave(s *wakeSet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, s)
}

// Ping implements Bus.
func (b *LocalBus) Ping(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	return nil
}

// Close implements Bus.
func (b *LocalBus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.done)
	}
	return nil
}
