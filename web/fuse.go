package web

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// redisWait is the most that one request waits for Redis, however often it asks.
	redisWait = 200 * time.Millisecond
	// fuseRest is how long nobody asks a Redis that did not answer. Then one request tries, at its own cost.
	fuseRest = time.Second
	// refusalPause is the least time between two lines in the log about what Redis refused.
	refusalPause = time.Minute
)

// errBlown is the answer while nobody asks.
var errBlown = errors.New("redis did not answer a moment ago")

// fuse stands between requests and a Redis that may not answer: it bounds what each request waits, and blows at a failure, so
// that a Redis that swallows everything costs one request a second its patience, not every request.
type fuse struct {
	log *slog.Logger

	mu      sync.Mutex
	blown   bool
	until   time.Time // while blown: when one may try
	trying  bool
	refused time.Time // of the last line about a refusal
}

// do calls f within what is left of the request's patience. An error that Redis itself answered does not blow the fuse:
// nobody waited for it.
func (f *fuse) do(ctx context.Context, ask func(context.Context) error) error {
	v := visitOf(ctx)
	left := redisWait - time.Duration(v.waited.Load())
	if left <= 0 || !f.enter() {
		return errBlown
	}
	timed, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	begin := time.Now()
	err := ask(timed)
	v.waited.Add(int64(time.Since(begin)))
	f.leave(ctx, err)
	return err
}

// enter tells whether Redis may be asked.
func (f *fuse) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.blown {
		return true
	}
	if f.trying || time.Now().Before(f.until) {
		return false
	}
	f.trying = true
	return true
}

// leave takes in how it went. A reader who left says nothing about Redis.
func (f *fuse) leave(ctx context.Context, err error) {
	var answered redis.Error
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trying = false
	switch {
	case err == nil, errors.As(err, &answered):
		if f.blown {
			f.blown = false
			f.log.Info("redis answers again")
		}
		if err != nil {
			f.refusal(err)
		}
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
	default:
		if !f.blown {
			f.log.Warn("redis does not answer: until it does, names are not at hand and each replica limits by itself", "error", err)
		}
		f.blown, f.until = true, time.Now().Add(fuseRest)
	}
}

// refusal is called with the lock held.
func (f *fuse) refusal(err error) {
	if now := time.Now(); now.Sub(f.refused) >= refusalPause {
		f.refused = now
		f.log.Warn("redis refuses: its memory, its rights or what another program keeps there is in the way", "error", err)
	}
}

// tally counts what went without Redis.
type tally struct {
	total atomic.Int64
	last  atomic.Int64 // in nanoseconds since 1970
}

// tallyMemory is how long what went wrong still shows on /health.
const tallyMemory = 5 * time.Second

func (t *tally) count() {
	t.total.Add(1)
	t.last.Store(time.Now().UnixNano())
}

func (t *tally) recent() bool { return time.Since(time.Unix(0, t.last.Load())) < tallyMemory }
