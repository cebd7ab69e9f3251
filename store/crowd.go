package store

import (
	"errors"
	"sync/atomic"
	"time"
)

// crowd is those who wait for a connection. Each waits a bounded time by itself; that they are not too many either is seen to
// here: who comes last would hear after all others that it was for nothing.
type crowd struct{ n atomic.Int64 }

func (c *crowd) enter() error {
	if c.n.Add(1) > queueLength {
		c.leave()
		return unavailable(time.Second, errors.New("too many wait for a connection"))
	}
	return nil
}

func (c *crowd) leave() { c.n.Add(-1) }
