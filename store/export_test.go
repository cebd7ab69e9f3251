package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// BeatEvery is how long Ping rests on an earlier write.
const BeatEvery = beatEvery

// OpenImpatiently is Open with another wait for locks of other programs.
func OpenImpatiently(ctx context.Context, o Options, wait time.Duration) (Store, error) {
	o.busyTimeout = wait
	return Open(ctx, o)
}

// OpenTraced is Open with someone who sees every statement to CockroachDB or PostgreSQL.
func OpenTraced(ctx context.Context, o Options, tracer pgx.QueryTracer) (Store, error) {
	o.tracer = tracer
	return Open(ctx, o)
}

// Inject has every try of a write ask f: before its statement (false) and, when that has succeeded, after it (true). What f
// returns is the try's outcome. A nil f ends it.
func Inject(s Store, f func(done bool) error) {
	if f == nil {
		s.(*pgStore).writing.inject.Store(nil)
		return
	}
	s.(*pgStore).writing.inject.Store(&f)
}

// OnWriter runs a statement on the writer's connection.
func OnWriter(ctx context.Context, s Store, text string) error {
	return s.(*sqliteStore).writer.do(ctx, func(ctx context.Context, t txn) error { return t.exec(ctx, text) })
}

// Texts returns every SQL text that an open s has sent, of both kinds of connection.
func Texts(ctx context.Context, s Store) []string {
	texts := map[string]bool{}
	collect := func(l *link) {
		for text := range l.byText {
			texts[text] = true
		}
	}
	_ = s.(*sqliteStore).writer.do(ctx, func(_ context.Context, t txn) error {
		collect(t.querier.(*link))
		return nil
	})
	for range cap(s.(*sqliteStore).links.free) {
		_ = s.(*sqliteStore).links.borrow(ctx, func(l *link) error {
			collect(l)
			return nil
		})
	}
	return slices.Sorted(maps.Keys(texts))
}

// Explain returns the engine's plan for text, a step a line.
func Explain(ctx context.Context, s Store, text string, args ...any) (plan []string, err error) {
	err = s.(*sqliteStore).links.borrow(ctx, func(l *link) error {
		rows, err := l.conn.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			plan = append(plan, detail)
		}
		return rows.Err()
	})
	return plan, err
}

// Connections is how many connections an open s has made in all.
func Connections(s Store) int64 {
	p := s.(*pgStore)
	return p.reading.Stat().NewConnsCount() + p.writing.Stat().NewConnsCount()
}

// CountSessions is the number of rows, those of pings aside.
func CountSessions(ctx context.Context, s Store) (n int64) {
	err := s.(*pgStore).single(ctx, "count", func(ctx context.Context, t txn) error {
		return t.row(ctx, []any{&n}, `SELECT count(*) FROM sessions WHERE token <> $1`, beatRow)
	})
	if err != nil {
		return -1
	}
	return n
}
