package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
	"vang/migrations"
	"vang/store"
	"vang/store/storetest"
)

// Variables by which `make verify-cockroach` says what to verify.
const (
	verifyAddress = "VANG_VERIFY_DATABASE" // of a database on the server
	verifyAnyway  = "VANG_VERIFY_ANYWAY"   // also where that database holds tables
	verifyCluster = "VANG_VERIFY_CLUSTER"  // also with a cluster of processes
)

// TestVerify runs what can be known only by asking a real CockroachDB, on the server that VANG_VERIFY_DATABASE names: `make
// verify-cockroach`. It makes databases of its own there, and drops them.
func TestVerify(t *testing.T) {
	address := os.Getenv(verifyAddress)
	if address == "" {
		t.Skip("no database to verify: make verify-cockroach URL=postgres://...")
	}
	v := &verification{address: address, seen: newSent()}
	v.connect(t)
	v.refuseOthers(t)
	t.Run("six replicas migrate an empty database at once", v.migrate)
	t.Run("the suite of every engine", v.suite)
	t.Run("placeholders have the right types", func(t *testing.T) { v.seen.parameters(t, v.database(t, "types")) })
	t.Run("every query has an index", v.plans)
	t.Run("injected retry errors", v.retries)
	t.Run("three replicas, one of them killed", v.cluster)
}

// verification is one run against one server.
type verification struct {
	address   string
	admin     *pgx.Conn
	cockroach bool
	seen      *sent
}

func (v *verification) connect(t *testing.T) {
	ctx := t.Context()
	var err error
	if v.admin, err = pgx.Connect(ctx, v.address); err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = v.admin.Close(context.WithoutCancel(ctx)) })
	var version string
	if err := v.admin.QueryRow(ctx, `SELECT version()`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	v.cockroach = strings.Contains(version, "CockroachDB")
	fmt.Println("SERVER", version)
	if !v.cockroach {
		fmt.Println("NOTE this is PostgreSQL: what only CockroachDB has is left out, and nothing is said about CockroachDB")
	}
}

// refuseOthers ends the run where the database is in use: somebody may have named the wrong server.
func (v *verification) refuseOthers(t *testing.T) {
	var tables int64
	const count = `SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'`
	if err := v.admin.QueryRow(t.Context(), count).Scan(&tables); err != nil {
		t.Fatal(err)
	}
	if tables > 0 && os.Getenv(verifyAnyway) == "" {
		t.Fatalf("REFUSED: the database holds %d tables. Name an empty one; or say ANYWAY=1: only databases of this run's own are"+
			" touched, but their load is felt by the whole server", tables)
	}
}

// database makes one that is dropped when the test ends.
func (v *verification) database(t *testing.T, purpose string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	name := "vang_verify_" + purpose + "_" + blog.NewID()
	if _, err := v.admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		drop := "DROP DATABASE " + name + " WITH (FORCE)"
		if v.cockroach {
			drop = "DROP DATABASE " + name + " CASCADE"
		}
		if _, err := v.admin.Exec(ctx, drop); err != nil {
			t.Errorf("left behind: %v", err)
		}
	})
	address := inDatabase(v.address, name)
	s := v.seen.open(t, address, nil)
	if err := s.Close(); err != nil { // again at the end, which does no harm
		t.Fatal(err)
	}
	return address
}

// inDatabase is address with another database.
func inDatabase(address, name string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	rest, query, asked := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	if asked {
		query = "?" + query
	}
	return scheme + "://" + hosts + "/" + name + query
}

func (v *verification) migrate(t *testing.T) {
	ctx := t.Context()
	name := "vang_verify_six_" + blog.NewID()
	if _, err := v.admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := v.admin.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+name); err != nil {
			t.Errorf("left behind: %v", err)
		}
	}()
	address := inDatabase(v.address, name)
	var starters sync.WaitGroup
	for range 6 {
		starters.Go(func() {
			s, err := store.Open(ctx, store.Options{Address: address})
			if err == nil {
				err = s.Close()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	starters.Wait()
	v.eachOnce(t, address)
}

// eachOnce demands that each step was noted once.
func (v *verification) eachOnce(t *testing.T, address string) {
	steps, err := migrations.Postgres()
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	var noted, different int64
	err = c.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT version_id) FROM `+store.VersionTable+` WHERE version_id > 0`).
		Scan(&noted, &different)
	files, globbed := fs.Glob(steps, "*.sql")
	if want := int64(len(files)); globbed != nil || err != nil || noted != want || different != want {
		t.Errorf("%d steps noted, %d different ones, want %d; %v", noted, different, want, err)
	}
}

// suite runs storetest in one database that is emptied before each test: to make one takes CockroachDB long.
func (v *verification) suite(t *testing.T) {
	address := v.database(t, "suite")
	storetest.Run(t, func(t *testing.T, now blog.Clock) store.Store {
		t.Helper()
		v.empty(t, address)
		return v.seen.open(t, address, now)
	})
}

func (v *verification) empty(t *testing.T, address string) {
	t.Helper()
	ctx := t.Context()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	for _, statement := range []string{
		`DELETE FROM comments`, `DELETE FROM submissions`, `DELETE FROM sessions`, `DELETE FROM slugs`, `DELETE FROM posts`,
		`UPDATE site SET secret = '' WHERE id = 1`,
	} {
		if _, err := c.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func (v *verification) plans(t *testing.T) {
	if !v.cockroach {
		v.seen.plans(t, v.database(t, "plans"))
		return
	}
	v.seen.cockroachPlans(t, v.database(t, "plans"))
}

// cockroachPlans is plans for the other engine's words.
func (s *sent) cockroachPlans(t *testing.T, address string) {
	ctx := t.Context()
	big := newSent()
	opened := big.open(t, address, time.Now)
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	populate(t, c)
	work(t, opened)
	for _, st := range big.list() {
		if st.foreign() || !explained.MatchString(st.text) || longList(st.text) {
			continue
		}
		// By the simple protocol, which puts the values into the text: not every version explains placeholders.
		rows, err := c.Query(ctx, "EXPLAIN "+st.text, append([]any{pgx.QueryExecModeSimpleProtocol}, st.args...)...)
		if err != nil {
			t.Errorf("%s\n\t%v", st.text, err)
			continue
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Errorf("%s\n\t%v", st.text, err)
		} else if fault := cockroachFault(st.text, strings.Join(lines, "\n")); fault != "" {
			t.Errorf("%s\n\t%s\n%s", st.text, fault, strings.Join(lines, "\n"))
		}
	}
}

// scanned finds the tables in a plan of CockroachDB's, and how much of each is read.
var scanned = regexp.MustCompile(`table: (\w+)@\S+\s+(?:[^\n]*\n)?[^\n]*spans: ([^\n]*)`)

// cockroachFault tells what is wrong with a plan; "" if it is good.
func cockroachFault(text, plan string) string {
	for _, m := range scanned.FindAllStringSubmatch(plan, -1) {
		small := m[1] == "site" || m[1] == "posts" && strings.HasPrefix(text, "SELECT count(*)")
		if strings.Contains(m[2], "FULL SCAN") && !small {
			return "it walks through all of " + m[1]
		}
	}
	return ""
}

func (v *verification) retries(t *testing.T) {
	address := v.database(t, "retries")
	s := v.seen.open(t, address, nil)
	post := makePost(t, s, "a")
	err := store.InEverySession(t.Context(), s, "SET inject_retry_errors_enabled = true")
	if answer := new(pgconn.PgError); errors.As(err, &answer) && !v.cockroach {
		t.Skip("LEFT OUT: PostgreSQL cannot inject retry errors")
	} else if err != nil {
		t.Fatal(err)
	}
	const writers = 8
	var working sync.WaitGroup
	for i := range writers {
		working.Go(func() {
			if _, err := s.AddComment(t.Context(), newComment(post, fmt.Sprint("comment ", i))); err != nil {
				t.Error(err)
			}
			if _, err := s.Changes(t.Context(), post, 0, 100); err != nil {
				t.Error(err)
			}
		})
	}
	working.Go(func() {
		if _, err := s.SyncPosts(t.Context(), []store.PostAddress{{Slug: "a"}, {Slug: "b"}}); err != nil {
			t.Error(err)
		}
	})
	// Inside a transaction the errors go on until they are turned off.
	time.Sleep(time.Second)
	if err := store.InEverySession(t.Context(), s, "SET inject_retry_errors_enabled = false"); err != nil {
		t.Fatal(err)
	}
	working.Wait()
	if ch, err := s.Changes(t.Context(), post, 0, 100); err != nil || len(ch.Comments) != writers {
		t.Errorf("%d comments after %d that were acknowledged; %v", len(ch.Comments), writers, err)
	}
}

func (v *verification) cluster(t *testing.T) {
	if os.Getenv(verifyCluster) == "" {
		t.Skip("LEFT OUT: " + verifyCluster + " is not set")
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run", "^TestVerifyCluster$", "-v", ".")
	cmd.Dir = "../e2e"
	cmd.Env = append(os.Environ(), verifyAddress+"="+v.database(t, "cluster"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestVerifyCluster") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestCockroachPlans: what CockroachDB says of a plan is understood.
func TestCockroachPlans(t *testing.T) {
	const full = "distribution: local\n\n• filter\n│ filter: name = 'x'\n│\n└── • scan\n      missing stats\n      table: comments@comments_pkey\n      spans: FULL SCAN"
	const good = "distribution: local\n\n• scan\n  missing stats\n  table: comments@comments_rev\n  spans: [/'p'/8 - /'p']\n  limit: 10"
	const one = "• scan\n  estimated row count: 1 (100% of the table; stats collected 1 minute ago)\n  table: site@site_pkey\n  spans: FULL SCAN"
	for plan, want := range map[string]string{full: "all of comments", good: "", one: ""} {
		if got := cockroachFault("SELECT id FROM comments", plan); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q, want %q\n%s", got, want, plan)
		}
	}
}

func TestInDatabase(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://u:p@a:1,b:2/x?sslmode=disable": "postgres://u:p@a:1,b:2/n?sslmode=disable",
		"postgresql://u@a/x":                       "postgresql://u@a/n",
		"postgres://u@a":                           "postgres://u@a/n",
	} {
		if got := inDatabase(address, "n"); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
