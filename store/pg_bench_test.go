package store

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
	"vang/testbed"
)

// BenchmarkPGAddComment is comments that PostgreSQL has on its disk, by one writer and by many, to one post and to as many
// as there are; against commits of one comment each, and against the plainest INSERT that a connection can send.
func BenchmarkPGAddComment(b *testing.B) {
	server, err := testbed.StartPostgres(b.Context(), b.TempDir())
	testbed.Need(b, err)
	defer server.Stop()
	for _, writers := range []int{1, 8, 32} {
		for _, c := range []struct{ posts, together int }{{1, batchLength}, {1, 1}, {32, batchLength}} {
			b.Run(fmt.Sprintf("writers=%d/posts=%d/together=%d", writers, c.posts, c.together), func(b *testing.B) {
				s, posts := benchPG(b, server, c.posts)
				s.writer.most = c.together
				storm(b, writers, func(ctx context.Context, i int64) error {
					_, err := s.AddComment(ctx, benchComment(posts[i%int64(c.posts)], i))
					return err
				})
			})
		}
		b.Run(fmt.Sprintf("writers=%d/plain", writers), func(b *testing.B) {
			s, posts := benchPG(b, server, 1)
			storm(b, writers, func(ctx context.Context, i int64) error { return s.insertPlainly(ctx, posts[0], i) })
		})
	}
}

// BenchmarkPGMoveComment is comments hidden and shown again below a trace, so that two rows change each time.
func BenchmarkPGMoveComment(b *testing.B) {
	server, err := testbed.StartPostgres(b.Context(), b.TempDir())
	testbed.Need(b, err)
	defer server.Stop()
	s, posts := benchPG(b, server, 1)
	moderator := func(c blog.Comment, to blog.State) {
		ch := blog.Change{ID: c.ID, Moderator: true, Version: blog.AnyVersion}
		if _, err := s.MoveComment(b.Context(), ch, to); err != nil {
			b.Fatal(err)
		}
	}
	root := mustAdd(b, s, benchComment(posts[0], 1))
	reply := benchComment(posts[0], 2)
	reply.ParentID = root.ID
	below := mustAdd(b, s, reply)
	moderator(root, blog.Deleted)
	for b.Loop() {
		moderator(below, blog.Hidden)
		moderator(below, blog.Published)
	}
}

func mustAdd(b *testing.B, s *pgStore, c blog.NewComment) blog.Comment {
	b.Helper()
	added, err := s.AddComment(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	return added.Comment
}

// benchPG opens a store of its own with n posts.
func benchPG(b *testing.B, server *testbed.Postgres, n int) (s *pgStore, posts []string) {
	b.Helper()
	database := "bench_" + strings.ToLower(blog.NewID())
	if err := server.CreateDatabase(b.Context(), database); err != nil {
		b.Fatal(err)
	}
	opened, err := Open(b.Context(), Options{Address: server.URL(database)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = opened.Close() })
	addresses := make([]PostAddress, n)
	for i := range addresses {
		addresses[i].Slug = fmt.Sprint("post-", i)
	}
	synced, err := opened.SyncPosts(b.Context(), addresses)
	if err != nil {
		b.Fatal(err)
	}
	for _, id := range synced.IDs {
		posts = append(posts, id)
	}
	return opened.(*pgStore), posts
}

// storm has writers do, b.N times in all.
func storm(b *testing.B, writers int, do func(ctx context.Context, i int64) error) {
	var turn atomic.Int64
	next := make(chan struct{})
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range next {
				if err := do(b.Context(), turn.Add(1)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	n, start := 0, time.Now()
	for b.Loop() {
		next <- struct{}{}
		n++
	}
	close(next)
	wg.Wait()
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "comments/s")
}

// insertPlainly is what a comment costs at the least: one row, no number, no key.
func (s *pgStore) insertPlainly(ctx context.Context, post string, i int64) error {
	const text = `INSERT INTO comments (post_id, seq, id, rev, parent_id, path, newest, state, shown, name, url, email, visitor,
		body, created_at) VALUES ($1, $2, $3, $2, '', $4, $4, 'published', TRUE, 'Lan', '', '', 'lan', $5, 1)`
	return s.write(ctx, "insert", func(ctx context.Context, c *pgx.Conn) error {
		key := blog.Key("").Child(i).Bytes()
		_, err := c.Exec(ctx, text, post, i, blog.NewID(), key, fmt.Sprint("words ", i))
		return err
	})
}

func benchComment(post string, i int64) blog.NewComment {
	c := blog.NewComment{
		ID:         blog.NewID(),
		Submission: blog.Submission{PostID: post, Name: "Lan", Body: fmt.Sprint("words ", i)},
		Visitor:    "lan", Owner: "lan", State: blog.Published, Key: fmt.Sprint("key-", i), Dedupe: blog.DedupeWindow,
	}
	c.Fingerprint = c.Submission.Fingerprint()
	return c
}
