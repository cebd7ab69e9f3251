package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
	"vang/store"
)

// openMany opens n stores on one database, as replicas do.
func openMany(t *testing.T, n int) []store.Store {
	t.Helper()
	address := store.Server.Address(t)
	var list []store.Store
	for range n {
		list = append(list, openAt(t, address, nil))
	}
	return list
}

// TestReplicasSyncAtOnce: six that find the same new posts at once agree on every discussion.
func TestReplicasSyncAtOnce(t *testing.T) {
	replicas := openMany(t, 6)
	for round := range 3 {
		var posts []store.PostAddress
		for i := range 300 {
			posts = append(posts, store.PostAddress{Slug: fmt.Sprint("post-", round, "-", i), Aliases: []string{fmt.Sprint("old-", round, "-", i)}})
		}
		got := make([]store.Synced, len(replicas))
		var all sync.WaitGroup
		for i, s := range replicas {
			all.Go(func() {
				var err error
				if got[i], err = s.SyncPosts(t.Context(), posts); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, p := range posts {
			id, known, err := replicas[0].Resolve(t.Context(), p.Aliases[0])
			if !known || err != nil {
				t.Fatalf("%s: %v, %v", p.Aliases[0], known, err)
			}
			for i, synced := range got {
				if synced.IDs[p.Slug] != id {
					t.Fatalf("replica %d says %q of %s, the database %q", i, synced.IDs[p.Slug], p.Slug, id)
				}
			}
		}
		if posts, _, err := replicas[0].Totals(t.Context()); err != nil || posts != int64(300*(round+1)) {
			t.Errorf("%d discussions, %v", posts, err)
		}
	}
}

// TestReplicasClean: expired rows go though all replicas remove them at once, and nothing else does.
func TestReplicasClean(t *testing.T) {
	replicas := openMany(t, 3)
	s := replicas[0]
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 150 {
				expiry := s.Now().Add(-time.Duration(i) * time.Second)
				if i%10 == 0 {
					expiry = s.Now().Add(time.Hour)
				}
				if err := s.CommitSession(t.Context(), fmt.Sprint("t-", w, "-", i), []byte("x"), expiry); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, r := range replicas {
		all.Go(func() {
			if err := r.DeleteExpiredSessions(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := store.CountSessions(t.Context(), s); n != 8*15 {
		t.Errorf("%d sessions are left, want %d", n, 8*15)
	}
}

// TestClocksApart: replicas whose clocks are minutes apart agree on the time, and on what has expired.
func TestClocksApart(t *testing.T) {
	address := store.Server.Address(t)
	open := func(skew time.Duration) store.Store {
		s, err := store.Open(t.Context(), store.Options{Address: address, Own: func() time.Time { return time.Now().Add(skew) }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	slow, fast := open(-7*time.Minute), open(9*time.Minute)
	apart := fast.Now().Sub(slow.Now())
	t.Log("apart:", apart)
	if apart.Abs() > 500*time.Millisecond {
		t.Errorf("%v apart", apart)
	}
	if wrong := time.Since(slow.Now()); wrong.Abs() > 500*time.Millisecond { // the server's clock is this machine's
		t.Errorf("%v wrong", wrong)
	}
	if err := slow.CommitSession(t.Context(), "t", []byte("x"), slow.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := fast.DeleteExpiredSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, found, err := fast.FindSession(t.Context(), "t"); err != nil || !found {
		t.Errorf("a session of a minute has expired at once: %v, %v", found, err)
	}
	post := makePost(t, slow, "a")
	added, err := fast.AddComment(t.Context(), newComment(post, "x"))
	if err != nil || time.Since(added.Comment.CreatedAt).Abs() > 2*time.Second {
		t.Errorf("written at %v, %v", added.Comment.CreatedAt, err)
	}
	change := blog.Change{ID: added.Comment.ID, Visitor: "lan", Version: blog.AnyVersion, Window: time.Minute}
	if _, err := slow.EditComment(t.Context(), change, "y"); err != nil {
		t.Errorf("an edit within the minute: %v", err)
	}
}

// counter counts statements by what they begin with.
type counter struct {
	begin string
	n     atomic.Int64
}

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(d.SQL, c.begin) {
		c.n.Add(1)
	}
	return ctx
}

func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestPingWritesSeldom: however often it is asked, only now and then.
func TestPingWritesSeldom(t *testing.T) {
	writes, reads := &counter{begin: "INSERT INTO sessions"}, &counter{begin: "SELECT epoch"}
	s, err := store.OpenTraced(t.Context(), store.Options{Address: store.Server.Address(t)}, both{writes, reads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	begin := time.Now()
	for range 50 {
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	most := 2 + int64(time.Since(begin)/store.BeatEvery)
	if n := writes.n.Load(); n < 1 || n > most {
		t.Errorf("%d writes", n)
	}
	if n := reads.n.Load(); n < 50 {
		t.Errorf("%d reads", n)
	}
}

type both [2]*counter

func (b both) TraceQueryStart(ctx context.Context, c *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return b[1].TraceQueryStart(b[0].TraceQueryStart(ctx, c, d), c, d)
}

func (b both) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestPingTellsOfAReadOnlyDatabase: one that answers but takes no writes is not well.
func TestPingTellsOfAReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	name := store.Server.Database(t)
	s := openAt(t, store.Server.Postgres(t).URL(name), nil)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"ALTER DATABASE " + name + " SET default_transaction_read_only = on",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'",
	} {
		if _, err := store.Server.Postgres(t).SQL(t.Context(), "postgres", statement); err != nil {
			t.Fatal(err)
		}
	}
	for until := time.Now().Add(4 * store.BeatEvery); ; time.Sleep(100 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := s.Ping(ctx)
		cancel()
		if code, _, _ := store.Trouble(err); code == "pg-standby" {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("no ping told of it: %v", err)
		}
	}
}
