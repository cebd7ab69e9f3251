package realtime

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// publishTimeout is the most that a wake may take: later, the next look at the heads has found the change anyway.
const publishTimeout = 200 * time.Millisecond

// Publisher sends wakes to a Bus off the path of those who announce them.
type Publisher struct {
	bus      Bus
	fallback func(Wake)
	log      *slog.Logger
	pending  *wakeSet
}

// NewPublisher returns a Publisher. fallback is called, instead, with each wake that the bus did not take, so that at least
// this process' readers are told at once.
func NewPublisher(bus Bus, log *slog.Logger, fallback func(Wake)) *Publisher {
	return &Publisher{bus: bus, fallback: fallback, log: log, pending: newWakeSet()}
}

// Announce has w sent soon. It never blocks; the same wake twice is sent once.
func (p *Publisher) Announce(w Wake) { p.pending.add(w) }

// Run sends what is announced until ctx ends, and then what still waits.
func (p *Publisher) Run(ctx context.Context) error {
	failing := false
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-p.pending.ready:
			failing = p.send(ctx, p.pending.take(), failing)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	p.send(ctx, p.pending.take(), failing)
	return nil
}

// send publishes wakes one by one and tells whether that failed. After a failure the others are not tried: a bus that is
// silent would take its time for each, and this process' readers would wait. A bus that is down is logged when it goes and
// when it returns.
func (p *Publisher) send(ctx context.Context, wakes map[Wake]struct{}, failing bool) bool {
	for w := range wakes {
		err := p.publish(ctx, w)
		if err != nil && !failing {
			p.log.Warn("the bus takes no wakes; other replicas are about a second behind", "error", err)
		}
		if err == nil && failing {
			p.log.Info("the bus takes wakes again")
		}
		if failing = err != nil; failing {
			for w := range wakes {
				p.fallback(w)
			}
			return true
		}
	}
	return failing
}

// publish bounds one wake. A wake that was already being sent when the process stops is let through.
func (p *Publisher) publish(ctx context.Context, w Wake) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
	defer cancel()
	return p.bus.Publish(ctx, w)
}

// followPause is the time before a subscription that ended in an error is tried again.
const followPause = time.Second

// Follow wakes the hub's topics by bus until ctx ends or the bus is closed.
func (h *Hub) Follow(ctx context.Context, bus Bus) error {
	// Epochs are not compared: a wake from another life of the database costs one read.
	return follow(ctx, bus, func(w Wake) { h.Wake(w.Topic) }, func(err error) {
		h.opt.Log.Warn("the subscription to the bus ended; trying again", "error", err)
		h.WakeAll()
	})
}

// follow subscribes f until ctx ends or the bus is closed. interrupted is told each time that the subscription ended in an
// error, which is tried again.
func follow(ctx context.Context, bus Bus, f func(Wake), interrupted func(error)) error {
	for {
		err := bus.Subscribe(ctx, f)
		if ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return nil
		}
		interrupted(err)
		sleep(ctx, followPause)
	}
}
