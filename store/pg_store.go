package store

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

// pgStore keeps everything in a database that any number of processes share: CockroachDB, or PostgreSQL.
type pgStore struct {
	*reads
	writing *pgPool
	reading *pgPool // its own: writers of one post wait for each other, and readers must not wait with them
	writer  *pgWriter
	finding *gather[struct{}, []byte]
	keeping *gather[keptSession, struct{}]
	hosts   *pgHosts
	clock   *pgClock
	log     *slog.Logger

	beaten atomic.Pointer[time.Time] // when a write last proved that writing works
	stop   context.CancelFunc        // of the housekeeping
	house  sync.WaitGroup
}

// Now is Store's.
func (s *pgStore) Now() time.Time { return s.now() }

// Close finishes the writes that wait.
func (s *pgStore) Close() error {
	s.stop()
	s.house.Wait()
	s.writer.close()
	s.release()
	return nil
}

func (s *pgStore) release() {
	var both sync.WaitGroup
	both.Go(s.writing.close)
	both.Go(s.reading.close)
	both.Wait()
}

// keepHouse looks at the clock and removes what has expired, from time to time.
func (s *pgStore) keepHouse() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.house.Go(func() { s.every(ctx, clockEvery, time.Now, s.askClock) })
	s.house.Go(func() { s.every(ctx, sweepEvery, s.now, s.sweep) })
}

// every runs task about so often by clock, which may jump. Replicas that began together do not stay so.
func (s *pgStore) every(ctx context.Context, d time.Duration, clock blog.Clock, task func(context.Context) error) {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	next := clock().Add(rand.N(d))
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		now := clock()
		if now.Before(next) {
			continue
		}
		next = now.Add(d/2 + rand.N(d))
		if err := task(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "look after the database", "error", err)
		}
	}
}

func (s *pgStore) askClock(ctx context.Context) error {
	return s.fault(s.reading.do(ctx, func(ctx context.Context, c *pgx.Conn) error { return s.clock.ask(ctx, c) }))
}
