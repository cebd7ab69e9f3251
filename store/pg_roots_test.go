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
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
	"vang/store"
)

// statements counts them.
type statements struct{ n atomic.Int64 }

func (c *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.n.Add(1)
	return ctx
}

func (c *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestPGRoundTrips counts what each kind of comment costs in statements.
func TestPGRoundTrips(t *testing.T) {
	sent := &statements{}
	s, err := store.OpenTraced(t.Context(), store.Options{Address: store.Server.Address(t)}, sent)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	post := makePost(t, s, "a")
	first := newComment(post, "x")
	first.Key, first.Dedupe = "key", time.Minute
	again := first
	again.ID = blog.NewID()
	reply := newComment(post, "y")
	reply.ParentID = first.ID
	for i, step := range []struct {
		name  string
		c     blog.NewComment
		costs int64
	}{
		{"a comment", first, 1},
		{"another", newComment(post, "z"), 1},
		{"a reply", reply, 2},
		{"the same again", again, 2},
	} {
		before := sent.n.Load()
		added, err := s.AddComment(t.Context(), step.c)
		if err != nil || (added.Outcome == blog.Created) != (i < 3) {
			t.Fatalf("%s: %+v, %v", step.name, added, err)
		}
		if got := sent.n.Load() - before; got != step.costs {
			t.Errorf("%s takes %d statements, not %d", step.name, got, step.costs)
		}
	}
}

// TestPGIDsAreNotGivenTwice: whoever comes with the id of another's comment is told nothing of it.
func TestPGIDsAreNotGivenTwice(t *testing.T) {
	s := openAt(t, store.Server.Address(t), time.Now)
	post := makePost(t, s, "a")
	first := newComment(post, "x")
	if _, err := s.AddComment(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	other := newComment(post, "y")
	other.ID = first.ID
	if added, err := s.AddComment(t.Context(), other); err == nil {
		t.Errorf("%+v", added)
	}
}

// TestPGRootsOfManyPosts has writers write to many posts through several replicas, at either isolation. Nothing is lost,
// nothing stands twice, and what repeats itself is found, though answers get lost on the way.
func TestPGRootsOfManyPosts(t *testing.T) {
	for _, level := range []string{"repeatable read", "serializable"} { // CockroachDB has the latter where it is asked for the former
		for _, faulty := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, faulty %v", level, faulty), func(t *testing.T) {
				rootsOfManyPosts(t, "&default_transaction_isolation="+strings.ReplaceAll(level, " ", "%20"), faulty)
			})
		}
	}
}

func rootsOfManyPosts(t *testing.T, more string, faulty bool) {
	const writers, each, nPosts = 24, 15, 5
	address := store.Server.Address(t) + more
	replicas := []store.Store{openAt(t, address, time.Now), openAt(t, address, time.Now)}
	posts := make([]string, nPosts)
	for i := range posts {
		posts[i] = makePost(t, replicas[0], fmt.Sprint("post-", i))
	}
	if faulty {
		for _, s := range replicas {
			var n atomic.Int64
			store.Inject(s, func(done bool) error {
				if done && n.Add(1)%3 == 0 {
					return &pgconn.PgError{Code: "40003", Message: "statement completion unknown"}
				}
				return nil
			})
		}
	}
	ids := make([][]string, nPosts)
	var mu sync.Mutex
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				p := (w + i) % nPosts
				c := newComment(posts[p], fmt.Sprint("words ", w, " ", i))
				c.Key, c.Dedupe = fmt.Sprint("key ", w, " ", i), time.Hour
				added, err := replicas[w%2].AddComment(t.Context(), c)
				if err != nil || added.Outcome != blog.Created || added.Comment.ID != c.ID {
					t.Errorf("outcome %v, %v", added.Outcome, err)
					return
				}
				mu.Lock()
				ids[p] = append(ids[p], c.ID)
				mu.Unlock()
				repeat := c
				repeat.ID = blog.NewID()
				if i%2 == 0 {
					repeat.Key = ""
				}
				again, err := replicas[(w+1)%2].AddComment(t.Context(), repeat)
				if err != nil || again.Outcome == blog.Created || again.Comment.ID != c.ID {
					t.Errorf("repeated: outcome %v, %v", again.Outcome, err)
				}
			}
		})
	}
	writing.Wait()
	for p, post := range posts {
		checkAllThere(t, replicas[0], post, ids[p])
	}
}
