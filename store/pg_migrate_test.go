package store_test

import (
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/migrations"
	"vang/store"
)

// pgChild is this test binary as another process that opens a store. It begins when what is returned beside it is closed.
func pgChild(t *testing.T, task, address string) (c *exec.Cmd, begin io.Closer, out *strings.Builder) {
	t.Helper()
	c = exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childTask+"="+task, childAddress+"="+address)
	out = &strings.Builder{}
	c.Stdout, c.Stderr = out, out
	begin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, begin, out
}

func query(t *testing.T, database, statement string) string {
	t.Helper()
	out, err := store.Server.Postgres(t).SQL(t.Context(), database, statement)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

const stepsDone = "SELECT string_agg(version_id::text, ',' ORDER BY version_id) FROM goose_db_version"

// TestManyProcessesOpenOneFreshDatabase: replicas that start at once make the tables once, and share one discussion.
func TestManyProcessesOpenOneFreshDatabase(t *testing.T) {
	name := store.Server.Empty(t)
	address := store.Server.Postgres(t).URL(name)
	const n = 6
	var all sync.WaitGroup
	for range n {
		c, begin, out := pgChild(t, "add", address)
		all.Go(func() {
			_ = begin.Close()
			if err := c.Wait(); err != nil {
				t.Errorf("%v: %s", err, out.String())
			}
		})
	}
	all.Wait()
	s := openAt(t, address, nil)
	checkNumbers(t, s, makePost(t, s, "a"), n)
	if done := query(t, name, stepsDone); done != "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14" {
		t.Errorf("steps %s", done)
	}
	if posts := query(t, name, "SELECT count(*) FROM posts"); posts != "1" {
		t.Errorf("%s discussions", posts)
	}
}

// TestMigratorIsKilled: one that dies in the middle of a step keeps the others waiting for its lease, and no longer. Where
// there is nothing to do nobody waits.
func TestMigratorIsKilled(t *testing.T) {
	t.Parallel()
	name := store.Server.Empty(t)
	address := store.Server.Postgres(t).URL(name)
	release := holdStep(t, address)
	first, begin, _ := pgChild(t, "add", address)
	_ = begin.Close()
	for until := time.Now().Add(20 * time.Second); query(t, "postgres", waiting(name)) != "1"; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the first never came to the step that is held")
		}
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	release()

	start := time.Now()
	s := openAt(t, address, nil)
	if took := time.Since(start); took < time.Second || took > 25*time.Second {
		t.Errorf("opened after %v", took)
	}
	makePost(t, s, "a")
	if done := query(t, name, stepsDone); !strings.HasSuffix(done, ",14") {
		t.Errorf("steps %s", done)
	}
	query(t, name, "UPDATE goose_lock SET locked = TRUE, locked_by = 'the dead', lease_expires_at = now() + INTERVAL '1 h'")
	start = time.Now()
	openAt(t, address, nil)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("opened again after %v", took)
	}
}

// holdStep makes a table of a later step in a transaction that stays open, so that who comes there waits.
func holdStep(t *testing.T, address string) (release func()) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"BEGIN", "CREATE TABLE sessions (token TEXT)"} {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func waiting(database string) string {
	return "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database + "' AND wait_event_type = 'Lock'"
}

// TestStepsMayRunAgain: a step whose end was not noted runs again, without harm, on tables that are in use.
func TestStepsMayRunAgain(t *testing.T) {
	name := store.Server.Database(t)
	address := store.Server.Postgres(t).URL(name)
	s := openAt(t, address, nil)
	post := makePost(t, s, "a")
	if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
		t.Fatal(err)
	}
	epoch, err := s.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	query(t, name, "DELETE FROM goose_db_version WHERE version_id > 0")
	again := openAt(t, address, nil)
	if now, err := again.Epoch(t.Context()); err != nil || now != epoch {
		t.Errorf("epoch %q, then %q, %v", epoch, now, err)
	}
	checkNumbers(t, again, post, 1)
	if done := query(t, name, stepsDone); !strings.HasSuffix(done, ",14") {
		t.Errorf("steps %s", done)
	}
}

// TestOlderTables: a database that lacks the last steps gets them, and keeps what it has.
func TestOlderTables(t *testing.T) {
	name := store.Server.Database(t)
	query(t, name, "DROP INDEX sessions_expiry; DROP TABLE site; DELETE FROM goose_db_version WHERE version_id > 11")
	s := openAt(t, store.Server.Postgres(t).URL(name), nil)
	if epoch, err := s.Epoch(t.Context()); err != nil || len(epoch) != 16 {
		t.Errorf("epoch %q, %v", epoch, err)
	}
}

// TestStepsAreOneStatement: CockroachDB ends an open transaction before it changes a table, so a step of two statements
// could be half done for ever.
func TestStepsAreOneStatement(t *testing.T) {
	steps, err := migrations.Postgres()
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(steps, "*.sql")
	if err != nil || len(names) < 14 {
		t.Fatalf("steps %v, %v", names, err)
	}
	for _, name := range names {
		bytes, err := fs.ReadFile(steps, name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(bytes)
		if !strings.HasPrefix(text, "-- +goose NO TRANSACTION\n-- +goose Up\n") {
			t.Errorf("%s begins otherwise", name)
		}
		var code []string
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "--") {
				code = append(code, line)
			}
		}
		statement := strings.TrimSpace(strings.Join(code, ""))
		if strings.Count(statement, ";") != 1 || !strings.HasSuffix(statement, ";") {
			t.Errorf("%s is not one statement", name)
		}
		if !strings.Contains(statement, "IF NOT EXISTS") && !strings.Contains(statement, "ON CONFLICT") {
			t.Errorf("%s cannot run twice", name)
		}
	}
}
