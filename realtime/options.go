package realtime

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// HubOptions are what a Hub is wired from. The zero value of every field stands for its default.
type HubOptions struct {
	Log *slog.Logger // default: silent

	Memory int // changed items of a topic that are kept for replays, more after a longer one until the next change; 200
	// MemoryBytes is what all topics keep together. Where that is not enough, each keeps its share; those further behind have the
	// source read. 64 MB.
	MemoryBytes int
	Poll        time.Duration // between two looks at all heads; 1 s
	Heartbeat   time.Duration // least time between two heartbeats of a connection, at most a quarter more; 20 s

	ReadTimeout   time.Duration // for one question to the Source; 10 s
	WriteTimeout  time.Duration // for one message to a connection, before its peer counts as dead; 10 s
	HelloTimeout  time.Duration // for a subscriber's first message; 10 s
	ReadLimit     int64         // most bytes of a message from a subscriber; 4096
	QueueMessages int           // what may wait for a connection before it is cut off; 256
	QueueBytes    int           // 256 kB

	ReloadsPerSecond int      // how many readers of a topic load their list anew at once; 500
	Origins          []string // host patterns besides the request's own that may connect, as in path.Match

	// OnBackwards is called, from the topic's own goroutine, when a topic's head fell behind what was delivered: the database
	// was put back. It may have the store begin a new epoch; the topic is read again when it returns.
	OnBackwards func(ctx context.Context, topic string, seen Head)
	// OnHead is called, from the topic's own goroutine, when a read found a topic's head elsewhere than the hub knew it to be,
	// also at the first read; the readers hear of it only afterwards. Who keeps pages of the topic has them looked at anew. It
	// must not block.
	OnHead func(topic string)
	// Jitter returns a random time in [0, limit).
	Jitter func(limit time.Duration) time.Duration

	grace      time.Duration // for a connection that is to be closed; closeGrace
	goroutines bool          // for each connection, where a poller could read: for tests of what other systems do
}

// withDefaults fills what was left out.
func (o HubOptions) withDefaults() HubOptions {
	setDefault(&o.Memory, 200)
	setDefault(&o.MemoryBytes, 64<<20)
	setDefault(&o.Poll, time.Second)
	setDefault(&o.Heartbeat, 20*time.Second)
	setDefault(&o.ReadTimeout, 10*time.Second)
	setDefault(&o.WriteTimeout, 10*time.Second)
	setDefault(&o.HelloTimeout, 10*time.Second)
	setDefault(&o.ReadLimit, 4096)
	setDefault(&o.QueueMessages, 256)
	setDefault(&o.QueueBytes, 256<<10)
	setDefault(&o.ReloadsPerSecond, 500)
	setDefault(&o.grace, closeGrace)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnBackwards == nil {
		o.OnBackwards = func(context.Context, string, Head) {}
	}
	if o.OnHead == nil {
		o.OnHead = func(string) {}
	}
	if o.Jitter == nil {
		o.Jitter = jitter
	}
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func jitter(limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return rand.N(limit)
}
