package store

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

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
	s.do(t, p, "CREATE DATABASE "+name+more)
	t.Cleanup(func() { s.do(t, p, "DROP DATABASE "+name+" WITH (FORCE)") })
	return name
}

// do speaks as the role that owns the databases.
func (s *testServer) do(t testing.TB, p *testbed.Postgres, statement string) {
	t.Helper()
	ctx := context.Background() // a test's own has ended when it cleans up
	c, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Error(err)
	}
}

// Address is a new database's, with today's tables, through addrs if there are any.
func (s *testServer) Address(t testing.TB, addrs ...string) string {
	t.Helper()
	return s.Postgres(t).URL(s.Database(t), addrs...)
}
