package web

import (
	"context"
	"sync"
	"time"

	"vang/blog"
)

// limiter holds the allowance of writers. Replicas may share one.
type limiter interface {
	// take spends one of each key's allowance, or none and says how long until each has one.
	take(ctx context.Context, keys ...string) (wait time.Duration, err error)
	// give puts back what take has just spent.
	give(ctx context.Context, keys ...string) error
}

// unlimited is the limiter that is off.
type unlimited struct{}

func (unlimited) take(context.Context, ...string) (time.Duration, error) { return 0, nil }
func (unlimited) give(context.Context, ...string) error                  { return nil }

// maxBuckets bounds the keys that one generation of buckets remembers: some 10 MB.
const maxBuckets = 1 << 16

// buckets is a token bucket per key, kept as the one time at which the bucket will be full again (the generic cell rate
// algorithm, ITU-T I.371). It keeps two generations: when the young one is full the old one is forgotten, which gives
// whoever was not seen for 65,536 other writers a full bucket, and bounds the memory.
type buckets struct {
	limit RateLimit
	now   blog.Clock

	mu         sync.Mutex
	young, old map[string]time.Time
}

func newLimiter(l RateLimit, now blog.Clock) limiter {
	if l.Burst <= 0 || l.Every <= 0 {
		return unlimited{}
	}
	return &buckets{limit: l, now: now, young: map[string]time.Time{}, old: map[string]time.Time{}}
}

func (b *buckets) take(_ context.Context, keys ...string) (time.Duration, error) {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	next, wait := make([]time.Time, len(keys)), time.Duration(0)
	for i, key := range keys {
		next[i] = b.full(key, now).Add(b.limit.Every)
		wait = max(wait, next[i].Sub(now)-time.Duration(b.limit.Burst)*b.limit.Every)
	}
	if wait > 0 {
		return wait, nil
	}
	for i, key := range keys {
		b.set(key, next[i])
	}
	return 0, nil
}

// full is when key's bucket will be full; now if it is. A time later than any that take writes is from before the clock was
// set back, and is corrected: its writer would wait until then.
func (b *buckets) full(key string, now time.Time) time.Time {
	full, seen := b.young[key]
	if !seen {
		full = b.old[key]
	}
	if full.Before(now) {
		return now
	}
	if most := now.Add(time.Duration(b.limit.Burst) * b.limit.Every); full.After(most) {
		b.set(key, most)
		return most
	}
	return full
}

func (b *buckets) set(key string, full time.Time) {
	if _, seen := b.young[key]; !seen && len(b.young) >= maxBuckets {
		b.young, b.old = make(map[string]time.Time, maxBuckets/4), b.young
	}
	b.young[key] = full
}

func (b *buckets) give(_ context.Context, keys ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		for _, m := range []map[string]time.Time{b.young, b.old} {
			if full, ok := m[key]; ok {
				m[key] = full.Add(-b.limit.Every)
				break // take looks no further either
			}
		}
	}
	return nil
}
