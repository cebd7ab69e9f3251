package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"vang/blog"
	"vang/store"
)

// letters are the changing statements that a Store sent by themselves, each with its values.
type letters struct {
	mu   sync.Mutex
	list []pgx.TraceQueryStartData
}

func (l *letters) TraceQueryStart(ctx context.Context, c *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	changes := strings.Contains(q.SQL, "INSERT") || strings.Contains(q.SQL, "UPDATE posts")
	if changes && c.PgConn().TxStatus() == 'I' {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.list = append(l.list, q)
	}
	return ctx
}

func (l *letters) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TestPGLateStatements: what a network kept back, and hands to the database when it was long done by another way and undone
// again, changes nothing in a discussion.
func TestPGLateStatements(t *testing.T) {
	l, address, ctx := &letters{}, store.Server.Address(t), t.Context()
	s, err := store.OpenTraced(ctx, store.Options{Address: address}, l)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	post := makePost(t, s, "a")
	undone := writeAndUndo(t, s, post)
	before, err := s.Changes(ctx, post, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if len(l.list) < undone {
		t.Fatalf("%d statements were seen", len(l.list))
	}
	for _, q := range l.list {
		_, _ = c.Exec(ctx, q.SQL, q.Args...) // an error is as good
		after, err := s.Changes(ctx, post, 0, 100)
		if diff := cmp.Diff(before, after); diff != "" || err != nil {
			t.Fatalf("%v\nafter\n%s\n%v", diff, q.SQL, err)
		}
	}
}

// writeAndUndo does what there is to do and then the opposite, and returns how many writes that were.
func writeAndUndo(t *testing.T, s store.Store, post string) int {
	t.Helper()
	ctx := t.Context()
	n := newComment(post, "x")
	n.Key, n.Dedupe = "key", time.Minute
	added, err := s.AddComment(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	ch := blog.Change{ID: added.Comment.ID, Moderator: true, Version: blog.AnyVersion}
	steps := []func() error{
		func() error { _, err := s.SetReadOnly(ctx, post, true); return err },
		func() error { _, err := s.SetReadOnly(ctx, post, false); return err },
		func() error { _, err := s.EditComment(ctx, ch, "y"); return err },
		func() error { _, err := s.EditComment(ctx, ch, "x"); return err },
		func() error { _, err := s.MoveComment(ctx, ch, blog.Hidden); return err },
		func() error { _, err := s.MoveComment(ctx, ch, blog.Published); return err },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	return 1 + len(steps)
}
