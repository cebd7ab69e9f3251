package testbed_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/testbed"
)

func TestPostgres(t *testing.T) {
	ctx := t.Context()
	p, err := testbed.StartPostgres(ctx, t.TempDir(), "fsync=off")
	testbed.Need(t, err)
	t.Cleanup(p.Stop)
	sql := func(database, statement, want string) {
		t.Helper()
		if got, err := p.SQL(ctx, database, statement); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", statement, got, err, want)
		}
	}
	if err := p.CreateDatabase(ctx, "vang"); err != nil {
		t.Fatal(err)
	}
	sql("vang", "SHOW default_transaction_isolation", "serializable")
	sql("vang", "SHOW fsync", "off")
	sql("vang", "SELECT pg_get_userbyid(datdba), rolsuper FROM pg_database, pg_roles WHERE datname = 'vang' AND rolname = 'vang'", "vang|f")
	sql("vang", "CREATE TABLE t (x bigint); ALTER TABLE t OWNER TO vang; INSERT INTO t VALUES (1)", "")

	t.Run("passwords", func(t *testing.T) {
		wrong := *p
		wrong.Password = "wrong"
		if _, err := wrong.SQL(ctx, "vang", "SELECT 1"); err == nil || !strings.Contains(err.Error(), "password authentication failed") {
			t.Errorf("with a wrong password: %v", err)
		}
	})
	t.Run("killed and started again", func(t *testing.T) {
		for _, kill := range []func(){p.Kill, func() { p.Process().Kill() }, p.Stop} {
			pid := p.Process().PID()
			kill()
			if _, err := p.SQL(ctx, "vang", "SELECT 1"); err == nil {
				t.Fatal("it answers after its end")
			}
			if err := p.Start(ctx); err != nil {
				t.Fatal(err)
			}
			if p.Process().PID() == pid {
				t.Error("no new process")
			}
			sql("vang", "SELECT x FROM t", "1")
		}
	})
	t.Run("dump and restore", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "dump")
		if err := p.Dump(ctx, "vang", file); err != nil {
			t.Fatal(err)
		}
		sql("vang", "INSERT INTO t VALUES (2)", "")
		if err := p.Restore(ctx, "vang", file); err != nil {
			t.Fatal(err)
		}
		sql("vang", "SELECT x FROM t", "1")
		sql("vang", "SELECT tableowner FROM pg_tables WHERE tablename = 't'", "vang")
	})
	t.Run("paused", func(t *testing.T) {
		answered := make(chan error, 1)
		p.Pause()
		go func() {
			_, err := p.SQL(ctx, "vang", "SELECT 1")
			answered <- err
		}()
		select {
		case err := <-answered:
			t.Errorf("answered while it was paused: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
		p.Resume()
		if err := <-answered; err != nil {
			t.Error(err)
		}
	})
}

func TestPostgresAddress(t *testing.T) {
	p := &testbed.Postgres{Addr: "127.0.0.1:5432", Password: "a/b"}
	if got, want := p.URL("vang"), "postgres://vang:a%2Fb@127.0.0.1:5432/vang?sslmode=disable"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := p.URL("x y", "a:1", "b:2"), "postgres://vang:a%2Fb@a:1,b:2/x%20y?sslmode=disable"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
