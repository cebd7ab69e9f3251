package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// wakeChannel is the one channel for all posts: one subscription, whatever is read. A Redis' channels are the same in all
	// its numbered databases; so those of all but the first have their number behind it.
	wakeChannel = "vang:wake"
	// maxMessage is the length from which on a message is not looked at: ours have some 60 bytes.
	maxMessage = 1024
)

// RedisBus is the Bus of all replicas that use one Redis. Redis forgets what it sent while nobody listened, and says nothing
// about it; so each time that the subscription begins anew, subscribers get the zero Wake.
type RedisBus struct {
	client  *redis.Client
	channel string
	log     *slog.Logger
	local   *LocalBus // hands on what was heard
	stop    context.CancelFunc
	loop    sync.WaitGroup

	up         atomic.Bool
	lost       atomic.Bool // and said so in the log
	subscribed atomic.Int64
	garbage    atomic.Int64

	mu     sync.Mutex
	warned time.Time // of garbage
}

// BusStats is what a bus has done, for metrics. Reconnects and Garbage only rise.
type BusStats struct {
	Up         bool  // whether wakes arrive
	Reconnects int64 // subscriptions after the first
	Garbage    int64 // messages on the channel that were no wakes
}

// NewRedisBus subscribes, and goes on trying while Redis does not answer. Close ends that; the client stays the caller's.
func NewRedisBus(client *redis.Client, log *slog.Logger) *RedisBus {
	ctx, stop := context.WithCancel(context.Background())
	b := &RedisBus{client: client, channel: wakeChannel, log: log, local: NewLocalBus(), stop: stop}
	if n := client.Options().DB; n > 0 {
		b.channel += ":" + strconv.Itoa(n)
	}
	b.loop.Go(func() { b.listen(ctx) })
	return b
}

// message is a wake on its way. A version that adds fields stays readable for those before it.
type message struct {
	Epoch string  `json:"epoch"`
	Topic *string `json:"topic"`
}

// Publish implements Bus.
func (b *RedisBus) Publish(ctx context.Context, w Wake) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.local.Ping(ctx) != nil {
		return ErrClosed
	}
	text, err := json.Marshal(message{Epoch: w.Epoch, Topic: &w.Topic})
	if err != nil {
		return fmt.Errorf("publish a wake: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, redisWait)
	defer cancel()
	if err := b.client.Publish(ctx, b.channel, text).Err(); err != nil {
		return fmt.Errorf("publish a wake: %w", explainRedis(err))
	}
	return nil
}

// Subscribe implements Bus.
func (b *RedisBus) Subscribe(ctx context.Context, f func(Wake)) error {
	return b.local.Subscribe(ctx, f)
}

// Ping implements Bus: a Redis that answers is not enough, its wakes must arrive.
func (b *RedisBus) Ping(ctx context.Context) error {
	if err := b.local.Ping(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, redisWait)
	defer cancel()
	if err := b.client.Ping(ctx).Err(); err != nil {
		return explainRedis(err)
	}
	if !b.up.Load() {
		return errors.New("the subscription to wakes is interrupted")
	}
	return nil
}

// Close implements Bus.
func (b *RedisBus) Close() error {
	b.stop()
	b.loop.Wait()
	return b.local.Close()
}

// Stats tells how the bus does.
func (b *RedisBus) Stats() BusStats {
	return BusStats{Up: b.up.Load(), Reconnects: max(0, b.subscribed.Load()-1), Garbage: b.garbage.Load()}
}

// hear hands on what came over the channel, which anyone who reaches Redis may write to.
func (b *RedisBus) hear(text string) {
	var m message
	if len(text) > maxMessage || json.Unmarshal([]byte(text), &m) != nil || m.Topic == nil {
		b.discard(len(text))
		return
	}
	b.tell(Wake{Epoch: m.Epoch, Topic: *m.Topic})
}

// tell never fails: the local bus closes after the loop that calls it has ended.
func (b *RedisBus) tell(w Wake) { _ = b.local.Publish(context.Background(), w) }

// garbagePause is the least time between two lines in the log about garbage.
const garbagePause = time.Minute

func (b *RedisBus) discard(length int) {
	total := b.garbage.Add(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); now.Sub(b.warned) >= garbagePause {
		b.warned = now
		b.log.Warn("what is no wake came over the bus and was dropped: does another program use this channel of Redis?",
			"channel", b.channel, "length", length, "dropped_so_far", total)
	}
}
