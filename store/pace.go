package store

import (
	"sync"
	"time"
)

// slowTrip is how long a round trip to the database keeps others of its kind waiting, which then share the next. One at a
// time: 8 writers to 32 posts made 6,700 comments/s, with two at a time 4,700, with eight 2,500 (a plain INSERT each: 5,100).
const slowTrip = 10 * time.Millisecond

// pace tells how many round trips of one kind may be under way: one, and one more for each that takes long, up to all. Its
// owner's lock guards it.
type pace struct {
	all     int
	running int
	slow    int // of those that run
}

func (p *pace) may() bool { return p.running < min(1+p.slow, p.all) }

// trip begins one. Should it take long, it calls wake, with mu held. Its end is called with mu held.
func (p *pace) trip(mu sync.Locker, wake func()) (end func()) {
	long, over := false, false
	late := time.AfterFunc(slowTrip, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			long = true
			p.slow++
			wake()
		}
	})
	return func() {
		late.Stop()
		over = true
		if long {
			p.slow--
		}
	}
}
