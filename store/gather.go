package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// gather has those who ask the database alike at the same moment share one question: what came while one was under way goes
// with the next. That is a round trip for all of them, and one connection instead of all there are. Safe for concurrent use.
type gather[Q, A any] struct {
	// ask answers each name that was asked about; those without an answer are left out.
	ask func(ctx context.Context, asked map[string]Q) (map[string]A, error)

	mu   sync.Mutex
	pace pace
	next *question[Q, A] // nil if nobody waits for one
}

type question[Q, A any] struct {
	asked   map[string]Q
	answers map[string]A
	err     error
	done    chan struct{}
}

// do asks about name, and of several questions about one name at the same moment the last. Nothing that was begun before is
// an answer: who asks hears what holds now.
func (g *gather[Q, A]) do(ctx context.Context, name string, q Q) (answer A, found bool, err error) {
	w, err := g.join(name, q)
	if err != nil {
		return answer, false, err
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		return answer, false, ctx.Err()
	}
	if w.err != nil {
		return answer, false, w.err
	}
	answer, found = w.answers[name]
	return answer, found, nil
}

func (g *gather[Q, A]) join(name string, q Q) (*question[Q, A], error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next == nil {
		g.next = &question[Q, A]{asked: map[string]Q{}, done: make(chan struct{})}
	}
	if _, known := g.next.asked[name]; !known && len(g.next.asked) == queueLength {
		return nil, unavailable(time.Second, errors.New("too many wait for the database"))
	}
	g.next.asked[name] = q
	w := g.next
	g.wake()
	return w, nil
}

// wake is called with the lock held.
func (g *gather[Q, A]) wake() {
	if g.next != nil && g.pace.may() {
		g.pace.running++
		go g.run()
	}
}

// run asks until nobody waits. What is asked has no caller's context: others wait for it too.
func (g *gather[Q, A]) run() {
	for {
		g.mu.Lock()
		w := g.next
		g.next = nil
		if w == nil {
			g.pace.running--
			g.mu.Unlock()
			return
		}
		end := g.pace.trip(&g.mu, g.wake)
		g.mu.Unlock()
		w.err = caught("question", func() (err error) {
			w.answers, err = g.ask(context.Background(), w.asked)
			return err
		})
		close(w.done)
		g.mu.Lock()
		end()
		g.mu.Unlock()
	}
}
