package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
	"vang/store"
)

// races counts what a Store hears from the database.
type races struct{ lost, turns atomic.Int64 }

func (r *races) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if q.SQL == store.LockPost {
		r.turns.Add(1)
	}
	return ctx
}

func (r *races) TraceQueryEnd(_ context.Context, _ *pgx.Conn, q pgx.TraceQueryEndData) {
	var answer *pgconn.PgError
	if errors.As(q.Err, &answer) && answer.Code == "40001" {
		r.lost.Add(1)
	}
}

// replicas opens one database n times, as so many processes would.
func replicas(t testing.TB, n int) ([]store.Store, *races) {
	t.Helper()
	r := &races{}
	address := store.Server.Address(t)
	list := make([]store.Store, n)
	for i := range list {
		s, err := store.OpenTraced(t.Context(), store.Options{Address: address}, r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		list[i] = s
	}
	return list, r
}

// TestPGReplicasRace has 32 writers write to one post through three replicas, as fast as they can. Nothing is lost, nothing
// stands twice, a reader who asks for what came after the rev that it knows never misses one, and nobody waits for long.
func TestPGReplicasRace(t *testing.T) {
	const writers, each = 32, 50
	list, heard := replicas(t, 3)
	post := makePost(t, list[0], "a")
	done := make(chan struct{})
	var reading, writing sync.WaitGroup
	for _, s := range list {
		reading.Go(func() { followClosely(t, s, post, done) })
	}
	stored := make([][]string, writers)
	var slowest atomic.Int64
	begin := time.Now()
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				c := newComment(post, fmt.Sprint("words ", w, " ", i))
				c.Key = fmt.Sprint("key ", w, " ", i)
				c.ParentID = last(stored[w])
				start := time.Now()
				added, err := list[w%len(list)].AddComment(t.Context(), c)
				if err != nil || added.Outcome != blog.Created {
					t.Errorf("outcome %v, %v", added.Outcome, err)
					return
				}
				stored[w] = append(stored[w], added.Comment.ID)
				keepMost(&slowest, int64(time.Since(start)))
			}
		})
	}
	writing.Wait()
	took := time.Since(begin)
	close(done)
	reading.Wait()
	var all []string
	for _, ids := range stored {
		all = append(all, ids...)
	}
	checkAllThere(t, list[0], post, all)
	t.Logf("%.0f comments/s, the slowest in %v; %d races lost, %d turns waited for", float64(len(all))/took.Seconds(),
		time.Duration(slowest.Load()), heard.lost.Load(), heard.turns.Load())
	if heard.lost.Load() > heard.turns.Load() {
		t.Error("races are lost also by those whose turn it is")
	}
	if slowest.Load() > int64(5*time.Second) {
		t.Errorf("someone waited %v", time.Duration(slowest.Load()))
	}
}

func last(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[len(ids)-1]
}

func keepMost(most *atomic.Int64, n int64) {
	for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		continue
	}
}

// followClosely reads changes until done, and once more. Where nothing but new comments changes a discussion, each rev is
// one comment's for good: what comes after the rev that is known has no gap up to the head.
func followClosely(t *testing.T, s store.Store, post string, done <-chan struct{}) {
	rev := int64(0)
	for end := false; !end; {
		select {
		case <-done:
			end = true
		default:
		}
		ch, err := s.Changes(t.Context(), post, rev, 100_000)
		if err != nil {
			t.Error(err)
			return
		}
		for _, c := range ch.Comments {
			if rev++; c.Rev != rev {
				t.Errorf("rev %d comes where %d should", c.Rev, rev)
				return
			}
		}
		if ch.Head.Rev != rev {
			t.Errorf("the head is %d, the last comment %d", ch.Head.Rev, rev)
			return
		}
	}
}

// checkAllThere demands that the comments of a post are those with ids, each once, under seqs and revs without gaps, each
// with as many replies as it has.
func checkAllThere(t *testing.T, s store.Store, post string, ids []string) {
	t.Helper()
	ch, err := s.Changes(t.Context(), post, 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	var seqs []int64
	replies := map[string]int64{}
	for i, c := range ch.Comments {
		if c.Rev != int64(i+1) {
			t.Fatalf("rev %d stands in place %d", c.Rev, i+1)
		}
		found, seqs = append(found, c.ID), append(seqs, c.Seq)
		replies[c.ParentID]++
	}
	slices.Sort(seqs)
	for i, seq := range seqs {
		if seq != int64(i+1) {
			t.Fatalf("seq %d stands in place %d", seq, i+1)
		}
	}
	for _, c := range ch.Comments {
		if c.Replies != replies[c.ID] {
			t.Errorf("%s counts %d replies, and has %d", c.Key, c.Replies, replies[c.ID])
		}
	}
	slices.Sort(found)
	slices.Sort(ids)
	if !slices.Equal(found, ids) {
		t.Errorf("%d comments are there, %d were acknowledged", len(found), len(ids))
	}
	if n := int64(len(ids)); ch.Head.Count != n || ch.Head.Rev != n {
		t.Errorf("head %+v with %d comments", ch.Head, n)
	}
}
