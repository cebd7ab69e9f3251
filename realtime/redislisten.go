package realtime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	pingPause   = time.Second             // between two questions whether Redis is there
	longSilence = 2500 * time.Millisecond // after which it is not
	// A broken subscription is tried again after firstPause, then after twice as long each time, up to lastPause. One that did
	// not last for lastPause is no reason to begin anew: each costs two lines in the log and a look at everything.
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// listen keeps a subscription until ctx ends.
func (b *RedisBus) listen(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		begin := time.Now()
		confirmed, err := b.subscribe(ctx)
		if ctx.Err() != nil {
			return
		}
		if confirmed && time.Since(begin) > lastPause {
			pause = firstPause
		}
		if !b.lost.Swap(true) {
			b.log.Warn("wakes of other replicas do not arrive; until they do, news come about a second later", "error", explainRedis(err))
		}
		sleep(ctx, pause/2+jitter(pause/2))
		pause = min(2*pause, lastPause)
	}
}

// subscribe listens on one connection until it breaks, and tells whether Redis ever confirmed. go-redis would connect again by
// itself, but not to a Redis that is silent, and it would drop what does not fit its channel.
func (b *RedisBus) subscribe(ctx context.Context) (confirmed bool, err error) {
	sub := b.client.Subscribe(ctx)
	timed, cancel := context.WithTimeout(ctx, 2*redisWait) // to connect, and to ask
	err = sub.Subscribe(timed, b.channel)
	cancel()
	if err != nil {
		_ = sub.Close() // it says nothing but that it was closed
		return false, err
	}
	var alive atomic.Int64 // when Redis was last heard of
	alive.Store(time.Now().UnixNano())
	watched, unwatch := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { b.keepAlive(watched, unwatch, sub, &alive) })
	defer func() {
		b.up.Store(false)
		unwatch(nil)
		watch.Wait()
	}()
	confirmed, err = b.receive(sub, &alive)
	if cause := context.Cause(watched); cause != nil {
		err = cause // why it was closed says more than that it was
	}
	return confirmed, err
}

// keepAlive asks for signs of life, and closes sub when there are none or ctx ends.
func (b *RedisBus) keepAlive(ctx context.Context, give context.CancelCauseFunc, sub *redis.PubSub, alive *atomic.Int64) {
	defer sub.Close()
	ticker := time.NewTicker(pingPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if silent := time.Since(time.Unix(0, alive.Load())); silent > longSilence {
			give(fmt.Errorf("redis has said nothing for %v", silent.Round(time.Millisecond)))
			return
		}
		timed, cancel := context.WithTimeout(ctx, redisWait)
		err := sub.Ping(timed)
		cancel()
		if err != nil {
			give(err)
			return
		}
	}
}

// receive hands on what comes until the connection breaks. A server that speaks otherwise than Redis makes go-redis panic:
// that is the end of a connection, not of the program.
func (b *RedisBus) receive(sub *redis.PubSub, alive *atomic.Int64) (confirmed bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("this is no Redis: %v", p)
		}
	}()
	for {
		// No deadline: one that hits in the middle of a message would leave its rest to be read as the next.
		got, err := sub.Receive(context.Background())
		if err != nil {
			return confirmed, err
		}
		alive.Store(time.Now().UnixNano())
		switch m := got.(type) {
		case *redis.Subscription:
			confirmed = true
			b.begin()
		case *redis.Message:
			if m.Channel != b.channel {
				return confirmed, errors.New("redis told of a channel that nobody asked for")
			}
			b.hear(m.Payload)
		}
	}
}

// begin is called when Redis has confirmed a subscription: what was published before it is lost.
func (b *RedisBus) begin() {
	b.up.Store(true)
	b.subscribed.Add(1)
	if b.lost.Swap(false) {
		b.log.Info("wakes of other replicas arrive again")
	}
	b.tell(Wake{})
}
