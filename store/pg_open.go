package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/migrations"
)

// Limits of the two pools. Nobody waits for a page as long as for the answer to a comment.
var (
	writeLimits = pgLimits{try: 3 * time.Second, operation: 20 * time.Second}
	readLimits  = pgLimits{try: 1500 * time.Millisecond, operation: 5 * time.Second}
)

// openPG connects once, without waiting for what may pass: that is the caller's, who can say what is waited for.
func openPG(ctx context.Context, address string, o Options) (_ *pgStore, err error) {
	a, err := parsePG(address)
	if err != nil {
		return nil, err
	}
	faults := &pgFaults{where: a.where, log: o.Log}
	s := &pgStore{clock: &pgClock{own: o.Own}, log: o.Log, hosts: newHosts()}
	if err := s.prepare(ctx, a, o); err != nil {
		return nil, faults.fault(err)
	}
	if err := s.openPools(ctx, a, o, faults.fault); err != nil {
		s.release()
		return nil, err
	}
	if err := s.firstBeat(ctx); err != nil {
		s.release()
		return nil, err
	}
	s.writer = newPGWriter(s)
	s.gatherSessions()
	s.keepHouse()
	return s, nil
}

// prepare looks at the database through one connection and brings its tables up to date.
func (s *pgStore) prepare(ctx context.Context, a *pgAddress, o Options) error {
	config := a.poolConfig(writingSession(), s.hosts, s.clock)
	config.ConnConfig.Tracer = o.tracer
	ctx, cancel := context.WithTimeout(ctx, prepareTime)
	defer cancel()
	if err := s.look(ctx, config.ConnConfig.Copy(), a.where); err != nil {
		return err
	}
	steps, err := migrations.Postgres()
	if err != nil {
		return err
	}
	return migratePG(ctx, config.ConnConfig, pgMigration{
		hosts: s.hosts, steps: steps, where: a.where, mustExist: o.MustExist, log: o.Log,
	})
}

func (s *pgStore) look(ctx context.Context, config *pgx.ConnConfig, where string) error {
	if err := s.hosts.order(ctx, config); err != nil {
		return err
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { leave(c); _ = c.Close(ctx) }()
	// CockroachDB has no other encoding and need not say so.
	if encoding := c.PgConn().ParameterStatus("server_encoding"); encoding != "" && encoding != "UTF8" {
		return &trouble{code: "pg-encoding", detail: where, remedy: fmt.Sprintf("keeps text in %s, which cannot hold every"+
			" comment: make a database with ENCODING 'UTF8' TEMPLATE template0", encoding)}
	}
	return nil
}

func (s *pgStore) openPools(ctx context.Context, a *pgAddress, o Options, fault func(error) error) (err error) {
	now := s.clock.now
	if o.Now != nil {
		now = o.Now
	}
	reading, writing := a.poolConfig(readingSession(), s.hosts, s.clock), a.poolConfig(writingSession(), s.hosts, s.clock)
	reading.ConnConfig.Tracer, writing.ConnConfig.Tracer = o.tracer, o.tracer
	if s.reading, err = openPool(ctx, reading, readLimits); err != nil {
		return err
	}
	if s.writing, err = openPool(ctx, writing, writeLimits); err != nil {
		return err
	}
	s.reads = &reads{reader: s.reading, apart: true, now: now, fault: fault}
	return nil
}
