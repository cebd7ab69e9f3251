package store

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

const (
	selectClock = `SELECT clock_timestamp()`

	clockEvery = time.Minute            // between two looks at the database's clock
	clockSlack = 500 * time.Millisecond // an answer that took longer says little
)

// pgClock tells the time by the database's clock: what it said when it was last asked, and how much has passed since by
// this machine's own, which may be wrong and may jump, but runs at the same speed.
type pgClock struct {
	own blog.Clock

	mu    sync.Mutex
	asked time.Time // by own
	told  time.Time // by the database's, at that moment
}

func (k *pgClock) now() time.Time {
	own := k.own()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.told.IsZero() {
		return own
	}
	return k.told.Add(own.Sub(k.asked))
}

// ask looks at the database's clock, unless that was done just now. The answer is from some moment between the question and
// its arrival; the middle is wrong by half of that at most.
func (k *pgClock) ask(ctx context.Context, c *pgx.Conn) error {
	before := k.own()
	if k.fresh(before, clockEvery/2) {
		return nil
	}
	var told time.Time
	if err := c.QueryRow(ctx, selectClock).Scan(&told); err != nil {
		return err
	}
	after := k.own()
	took := after.Sub(before)
	if took > clockSlack && k.fresh(before, 10*clockEvery) {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked, k.told = after, told.Add(took/2).UTC()
	return nil
}

// fresh tells whether the last answer is younger than d.
func (k *pgClock) fresh(own time.Time, d time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.told.IsZero() && own.Sub(k.asked) < d
}
