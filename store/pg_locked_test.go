package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/store"
	"vang/testbed"
)

// TestPGLockedPost: a post whose row somebody keeps holds up once who shares a commit with it. That the server ended the
// statement is heard also from one that is some way off.
func TestPGLockedPost(t *testing.T) {
	server, name := store.Server.Postgres(t), store.Server.Database(t)
	away, err := testbed.NewProxy(server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(away.Close)
	s := openAt(t, server.URL(name, away.Addr), time.Now)
	var posts []string
	for i := range 5 {
		posts = append(posts, makePost(t, s, fmt.Sprint("post-", i)))
	}
	away.Delay(20 * time.Millisecond)
	release := lockPost(t, server.URL(name), posts[0])
	begin := time.Now()
	var locked, others sync.WaitGroup
	write := func(all *sync.WaitGroup, post string) {
		all.Go(func() {
			if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
				t.Error(err)
			}
		})
	}
	for range 4 {
		write(&locked, posts[0])
		for _, post := range posts[1:] {
			write(&others, post)
		}
	}
	others.Wait()
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("others waited %v", took)
	}
	release()
	locked.Wait()
}

// lockPost takes the row of a post until release.
func lockPost(t *testing.T, address, post string) (release func()) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = c.Close(ctx) })
	t.Cleanup(release)
	if _, err := c.Exec(ctx, `BEGIN`); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, `SELECT 1 FROM posts WHERE post_id = $1 FOR UPDATE`, post); err != nil {
		t.Fatal(err)
	}
	return release
}
