package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
)

// errAgain is returned by a function that was given to write when what it had read is no longer true, and all is to be
// done again.
var errAgain = errors.New("what was read has changed meanwhile")

// pgLimits bounds what one caller waits for. An operation is longer than a try: when a node dies, others take over what it
// was responsible for within some ten seconds (measured on three nodes: 10 s failed 32 times, 20 s never).
type pgLimits struct{ try, operation time.Duration }

const (
	// grace is how long a statement may go on after its caller's time is over: to interrupt it costs the connection.
	grace = 250 * time.Millisecond

	firstPause = 5 * time.Millisecond
	mostPause  = 500 * time.Millisecond
)

// write runs f, which sends one statement that commits by itself, on a connection of the writing pool. f runs again when
// the outcome is a conflict or not known, so doing it twice must be doing it once: a try whose answer was lost may have
// been committed. It names op in its error, which is in the kinds of blog.
func (s *pgStore) write(ctx context.Context, op string, f func(ctx context.Context, c *pgx.Conn) error) error {
	if err := s.writing.do(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", op, s.fault(err))
	}
	return nil
}

// do is within the pool's own limits.
func (p *pgPool) do(ctx context.Context, f func(ctx context.Context, c *pgx.Conn) error) error {
	return p.within(ctx, p.limits, f)
}

// within runs f until it succeeds, fails for good, or the time is over; then the last try's error is the answer.
func (p *pgPool) within(ctx context.Context, limits pgLimits, f func(ctx context.Context, c *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, limits.operation)
	defer cancel()
	for n := 0; ; n++ {
		err := p.try(ctx, limits.try, f)
		if err == nil || !again(err) {
			return err
		}
		if p.closed.Load() {
			return errClosed()
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pause(n)):
		}
	}
}

// pause is how long to wait after the nth try: longer each time, and never as long as others wait.
func pause(n int) time.Duration {
	d := min(mostPause, firstPause<<min(n, 10))
	return d/2 + rand.N(d)
}

// try runs f once. What the caller waits for ends with ctx; a statement that was sent goes on a little longer.
func (p *pgPool) try(ctx context.Context, most time.Duration, f func(ctx context.Context, c *pgx.Conn) error) error {
	c, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	end := time.Now().Add(most)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(grace).Before(end) {
		end = deadline.Add(grace)
	}
	run, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	defer cancel()
	err = p.faulty(f)(run, c.Conn())
	if err != nil && c.Conn().IsClosed() {
		return &lostError{err}
	}
	if changesPlaces(err) {
		_ = c.Conn().Close(run) // the next one may lead to a node that can
	}
	return err
}

// faulty is f as a test would have it.
func (p *pgPool) faulty(f func(ctx context.Context, c *pgx.Conn) error) func(ctx context.Context, c *pgx.Conn) error {
	inject := p.inject.Load()
	if inject == nil {
		return f
	}
	return func(ctx context.Context, c *pgx.Conn) error {
		if err := (*inject)(false); err != nil {
			return err
		}
		if err := f(ctx, c); err != nil {
			return err
		}
		return (*inject)(true)
	}
}

// lostError is an error that cost the connection: what became of the statement nobody knows.
type lostError struct{ err error }

func (e *lostError) Error() string { return "connection lost: " + e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// again tells whether to send the same once more. All that a server says is ambiguous unless it is known to be final:
// engines add codes, and a lost comment is worse than a question asked twice.
func again(err error) bool {
	var known *blog.Error
	if errors.As(err, &known) || errors.Is(err, sql.ErrNoRows) {
		return false
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return !final(answer)
	}
	var lost *lostError
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return !isCertificate(err) && !isPlain(err)
	}
	return errors.As(err, &lost) || errors.Is(err, errAgain) || errors.Is(err, errNoConnection)
}

// SQLSTATE codes that something here depends on.
const (
	noSuchFeature    = "0A000"
	readOnlyStandby  = "25006"
	badPassword      = "28P01"
	badAuthorisation = "28000"
	noDatabase       = "3D000"
	noRight          = "42501"
	noTable          = "42P01"
	noParameter      = "42704"
	badParameter     = "22023"
	diskFull         = "53100"
	tooManyClients   = "53300"
	cancelled        = "57014"
	lockNotAvailable = "55P03"
	shuttingDown     = "57P01"
	crashing         = "57P02"
	startingUp       = "57P03"
	throttled        = "XXC02" // CockroachDB's licence
)

// final tells whether the answer would be the same again: the statement or its values are wrong, someone lacks a right, or
// what is missing will be missing for longer than anyone waits.
func final(answer *pgconn.PgError) bool {
	switch answer.Code {
	case noSuchFeature:
		return !outdatedPlan(answer)
	case diskFull, throttled:
		return true
	}
	switch answer.Code[:min(2, len(answer.Code))] {
	case "21", "22", "23", "28", "3D", "3F", "42", "54":
		return true
	}
	return false
}

// outdatedPlan tells of a statement that was prepared before a column was added: it is prepared anew for the next try.
func outdatedPlan(answer *pgconn.PgError) bool {
	return answer.Code == noSuchFeature && strings.Contains(answer.Message, "cached plan")
}

// changesPlaces tells of a node that answers but cannot do what was asked, where another one may.
func changesPlaces(err error) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return false
	}
	return answer.Code == readOnlyStandby || answer.Code == shuttingDown || answer.Code == startingUp
}
