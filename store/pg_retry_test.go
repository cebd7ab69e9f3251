package store_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
	"vang/store"
)

// failing makes the next n tries fail with an SQLSTATE, before their statement or, committed, after it. It counts the tries.
func failing(s store.Store, code string, committed bool, n int64) (tries *atomic.Int64) {
	tries = &atomic.Int64{}
	store.Inject(s, func(done bool) error {
		if done == committed && tries.Add(1) <= n {
			return &pgconn.PgError{Code: code, Severity: "ERROR", Message: "planted"}
		}
		return nil
	})
	return tries
}

// TestWritesOutliveFaults: whatever may pass is tried again, also when the database did what was asked and its answer was
// lost; what was done twice is done once.
func TestWritesOutliveFaults(t *testing.T) {
	s := openAt(t, store.Server.Address(t), nil)
	for _, code := range []string{"40001", "40P01", "40003", "57P01", "57014", "55P03", "08006", "XX000", "58030", "ZZ999"} {
		for _, committed := range []bool{false, true} {
			tries := failing(s, code, committed, 3)
			if err := s.CommitSession(t.Context(), "t", []byte(code), time.Now().Add(time.Hour)); err != nil {
				t.Errorf("%s, committed: %v: %v", code, committed, err)
			}
			if n := tries.Load(); n != 4 {
				t.Errorf("%s: %d tries", code, n)
			}
			store.Inject(s, nil)
			if data, found, err := s.FindSession(t.Context(), "t"); err != nil || !found || string(data) != code {
				t.Errorf("%s: %q, %v, %v", code, data, found, err)
			}
		}
	}
}

// TestFinalFaults: what would fail again is asked once and answered at once, in the right kind.
func TestFinalFaults(t *testing.T) {
	s := openAt(t, store.Server.Address(t), nil)
	for code, want := range map[string]struct {
		kind  blog.Kind
		words string
	}{
		"42601": {blog.Internal, "planted"},
		"23505": {blog.Internal, "planted"},
		"22P02": {blog.Internal, "planted"},
		"0A000": {blog.Internal, "planted"},
		"53100": {blog.Unavailable, "free some space"},
		"XXC02": {blog.Unavailable, "licence"},
		"42501": {blog.Unavailable, "rights"},
	} {
		tries := failing(s, code, false, 100)
		err := s.DeleteSession(t.Context(), "t")
		if err == nil || blog.KindOf(err) != want.kind || !strings.Contains(err.Error(), want.words) {
			t.Errorf("%s: %v", code, err)
		}
		if n := tries.Load(); n != 1 {
			t.Errorf("%s: %d tries", code, n)
		}
	}
}

// TestThrottled: a cluster without a licence answers, and refuses to work. That is said loudly, and not at each request.
func TestThrottled(t *testing.T) {
	var said strings.Builder
	s, err := store.Open(t.Context(), store.Options{Address: store.Server.Address(t), Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	failing(s, "XXC02", false, 100)
	for range 10 {
		var e *blog.Error
		if err := s.DeleteSession(t.Context(), "t"); !errors.As(err, &e) || e.RetryAfter < time.Second {
			t.Errorf("throttled: %v says not when to come again", err)
		}
	}
	if log := said.String(); strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "COCKROACH_LICENSE") {
		t.Errorf("the log says: %s", log)
	}
}

// TestFaultsThatStay: an operation ends when its caller's time does, and says why it failed.
func TestFaultsThatStay(t *testing.T) {
	s := openAt(t, store.Server.Address(t), nil)
	failing(s, "40001", false, 1<<40)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begin := time.Now()
	err := s.DeleteSession(ctx, "t")
	if code, _, _ := store.Trouble(err); code != "pg-busy" || blog.KindOf(err) != blog.Unavailable {
		t.Errorf("%v", err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestLostAnswersOfTheSite: an epoch is begun once and a secret made once though each answer is lost at first.
func TestLostAnswersOfTheSite(t *testing.T) {
	address := store.Server.Address(t)
	s, other := openAt(t, address, nil), openAt(t, address, nil)
	seen, err := s.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	failing(s, "40003", true, 2)
	epoch, err := s.NewEpoch(t.Context(), seen)
	if now, e := other.Epoch(t.Context()); err != nil || e != nil || now != epoch || epoch == seen {
		t.Errorf("begun %q after %q, %v; now %q, %v", epoch, seen, err, now, e)
	}
	if again, err := other.NewEpoch(t.Context(), seen); err != nil || again != epoch {
		t.Errorf("who saw the same head began %q after %q, %v", again, epoch, err)
	}
	failing(s, "40003", true, 2)
	secret, err := s.Secret(t.Context())
	if theirs, e := other.Secret(t.Context()); err != nil || e != nil || string(theirs) != string(secret) || len(secret) != 32 {
		t.Errorf("secrets of %d and %d bytes, %v, %v", len(secret), len(theirs), err, e)
	}
}

// TestLostAnswersOfASync: a sync whose commit nobody heard of is done again, and finds its own.
func TestLostAnswersOfASync(t *testing.T) {
	s := openAt(t, store.Server.Address(t), nil)
	failing(s, "40003", true, 2)
	synced, err := s.SyncPosts(t.Context(), []store.PostAddress{{Slug: "new", Aliases: []string{"old"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"new", "old"} {
		if id, known, err := s.Resolve(t.Context(), slug); err != nil || !known || id != synced.IDs["new"] {
			t.Errorf("%s leads to %q, %v, %v; want %q", slug, id, known, err, synced.IDs["new"])
		}
	}
}

// TestStatementsOutliveTheirPlans: statements that were prepared before a column changed go on, on every connection, as
// when a new version changes tables while old replicas run.
func TestStatementsOutliveTheirPlans(t *testing.T) {
	name := store.Server.Database(t)
	s := openAt(t, store.Server.Postgres(t).URL(name), nil)
	post := makePost(t, s, "a")
	read := func() {
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if _, err := s.Page(t.Context(), blog.PageQuery{PostID: post}); err != nil {
					t.Error(err)
				}
				if _, err := s.Epoch(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	read()
	for _, change := range []string{
		"ALTER TABLE comments ADD COLUMN mood TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE site ALTER COLUMN epoch TYPE VARCHAR(64)",
		"ALTER TABLE comments ALTER COLUMN name TYPE VARCHAR(400), ALTER COLUMN id TYPE VARCHAR(64)",
		"CREATE INDEX moods ON comments (mood)",
		"ALTER TABLE comments DROP COLUMN mood",
	} {
		if _, err := store.Server.Postgres(t).SQL(t.Context(), name, change); err != nil {
			t.Fatal(err)
		}
		read()
	}
	checkNumbers(t, s, post, 40*6)
}

// TestWhoLeavesCostsNoConnection: a reader who goes away, or has little time, leaves the connection to the next one.
func TestWhoLeavesCostsNoConnection(t *testing.T) {
	s := openAt(t, store.Server.Address(t), nil)
	post := makePost(t, s, "a")
	page := func(ctx context.Context) error {
		_, err := s.Page(ctx, blog.PageQuery{PostID: post})
		return err
	}
	if err := page(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, left := store.Connections(s), 0
	for i := range 300 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*10*time.Microsecond)
		if err := page(ctx); err != nil {
			left++
		}
		cancel()
	}
	if made := store.Connections(s) - before; made > 3 || left == 0 {
		t.Errorf("%d connections were made anew for %d who left", made, left)
	}
}

// TestTextsThatCannotBe: PostgreSQL takes no NUL and nothing but UTF-8. Nothing is found under such a name, and none is kept.
func TestTextsThatCannotBe(t *testing.T) {
	s := openAt(t, store.Server.Address(t), nil)
	for _, text := range []string{"a\x00b", "\xff", "Ph\xe1"} {
		if _, known, err := s.Resolve(t.Context(), text); known || err != nil {
			t.Errorf("slug %q: %v, %v", text, known, err)
		}
		if _, err := s.Comment(t.Context(), text); blog.KindOf(err) != blog.NotFound {
			t.Errorf("comment %q: %v", text, err)
		}
		if _, err := s.Page(t.Context(), blog.PageQuery{PostID: text}); blog.KindOf(err) != blog.NotFound {
			t.Errorf("post %q: %v", text, err)
		}
		if heads, err := s.Heads(t.Context(), []string{text}); len(heads) != 0 || err != nil {
			t.Errorf("heads of %q: %v, %v", text, heads, err)
		}
		if err := s.CommitSession(t.Context(), text, nil, time.Now()); blog.KindOf(err) != blog.Malformed {
			t.Errorf("session %q: %v", text, err)
		}
	}
}
