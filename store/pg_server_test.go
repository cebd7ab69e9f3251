package store

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/testbed"
)

// testServer is the one PostgreSQL of this package's tests, started when the first of them asks for it.
type testServer struct {
	begin    sync.Once
	err      error
	dir      string
	postgres *testbed.Postgres
	made     atomic.Int64
}

// Server is shared by the tests of this package: to start one takes seconds.
var Server testServer

// template is a database with today's tables, from which others are copied.
const template = "template_of_tests"

// start gives up on the test where PostgreSQL is not installed.
func (s *testServer) start(t testing.TB) *testbed.Postgres {
	t.Helper()
	s.begin.Do(func() {
		ctx := context.Background()
		if s.dir, s.err = os.MkdirTemp("", "vang-store-"); s.err != nil {
			return
		}
		if s.postgres, s.err = testbed.StartPostgres(ctx, s.dir, "fsync=off"); s.err != nil {
			return
		}
		if s.err = s.postgres.CreateDatabase(ctx, template); s.err != nil {
			return
		}
		var first Store
		if first, s.err = Open(ctx, Options{Address: s.postgres.URL(template)}); s.err == nil {
			s.err = first.Close()
		}
	})
	testbed.Need(t, s.err)
	return s.postgres
}

// Stop ends the server after the last test.
func (s *testServer) Stop() {
	if s.postgres != nil {
		s.postgres.Stop()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// Postgres is the server itself, for those who stop it or talk to it.
func (s *testServer) Postgres(t testing.TB) *testbed.Postgres { return s.start(t) }

// Database makes an empty database with today's tables and returns its name. It is dropped when the test ends.
func (s *testServer) Database(t testing.TB) string {
	t.Helper()
	return s.database(t, " TEMPLATE "+template)
}

// Empty makes a database without tables.
func (s *testServer) Empty(t testing.TB) string {
	t.Helper()
	return s.database(t, "")
}

func (s *testServer) database(t testing.TB, more string) string {
	t.Helper()
	p := s.start(t)
	name := fmt.Sprint("test_", s.made.Add(1))
	if err := s.do(p, "CREATE DATABASE "+name+more); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := s.do(p, "DROP DATABASE "+name+" WITH (FORCE)")
		for until := time.Now().Add(10 * time.Second); err != nil && time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
			err = s.do(p, "DROP DATABASE "+name+" WITH (FORCE)") // the server's own housekeeping may be in it, and is not to be forced
		}
		if err != nil {
			t.Error(err)
		}
	})
	return name
}

// do speaks as the role that owns the databases. A test's own context has ended when it cleans up.
func (s *testServer) do(p *testbed.Postgres, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	_, err = c.Exec(ctx, statement)
	return err
}

// Address is a new database's, with today's tables, through addrs if there are any.
func (s *testServer) Address(t testing.TB, addrs ...string) string {
	t.Helper()
	return s.Postgres(t).URL(s.Database(t), addrs...)
}
