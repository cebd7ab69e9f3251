// Package storetest is the suite that every engine of store.Store passes: the whole contract, engine by engine the same.
//
// It knows no engine. It is imported by tests only.
package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
	"vang/store"
)

// Open opens an empty store whose clock is now. It closes it, and removes what it made, when the test ends.
type Open func(t *testing.T, now blog.Clock) store.Store

// Run checks the whole contract of store.Store against the engine that open opens.
func Run(t *testing.T, open Open) {
	for _, part := range []struct {
		name  string
		tests map[string]func(*fixture)
	}{
		{"Add", addTests()},
		{"Idempotency", idempotencyTests()},
		{"Edit", editTests()},
		{"Move", moveTests()},
		{"Page", pageTests()},
		{"Changes", changesTests()},
		{"Concurrency", concurrencyTests()},
		{"Posts", postsTests()},
		{"Site", siteTests()},
		{"Sessions", sessionTests()},
	} {
		t.Run(part.name, func(t *testing.T) {
			for name, test := range part.tests {
				t.Run(name, func(t *testing.T) { test(newFixture(t, open)) })
			}
		})
	}
}

// fixture is one open store, its clock and short ways to say what tests say often.
type fixture struct {
	*testing.T
	store store.Store
	clock *clock
}

func newFixture(t *testing.T, open Open) *fixture {
	c := &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 123456000, time.UTC)}
	return &fixture{T: t, store: open(t, c.now), clock: c}
}

// clock stands still until it is put on.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// post makes a discussion.
func (f *fixture) post(slug string) string {
	f.Helper()
	synced := f.sync(store.PostAddress{Slug: slug})
	return synced.IDs[slug]
}

func (f *fixture) sync(posts ...store.PostAddress) store.Synced {
	f.Helper()
	synced, err := f.store.SyncPosts(f.Context(), posts)
	if err != nil {
		f.Fatal(err)
	}
	return synced
}

// comment is a published comment of Lan's, ready to be stored.
func comment(post, body string, with ...func(*blog.NewComment)) blog.NewComment {
	c := blog.NewComment{
		ID:         blog.NewID(),
		Submission: blog.Submission{PostID: post, Name: "Lan", URL: "https://lan.example", Email: "lan@example.org", Body: body},
		Visitor:    "lan", Owner: "lan", State: blog.Published,
	}
	for _, w := range with {
		w(&c)
	}
	c.Fingerprint = c.Submission.Fingerprint()
	return c
}

func replyTo(parent blog.Comment) func(*blog.NewComment) {
	return func(c *blog.NewComment) { c.ParentID = parent.ID }
}

func held(c *blog.NewComment) { c.State = blog.Pending }

func by(visitor string) func(*blog.NewComment) {
	return func(c *blog.NewComment) { c.Visitor, c.Owner = visitor, visitor }
}

func withKey(key string) func(*blog.NewComment) { return func(c *blog.NewComment) { c.Key = key } }

func deduped(c *blog.NewComment) { c.Dedupe = blog.DedupeWindow }

// add stores a comment that nothing speaks against.
func (f *fixture) add(c blog.NewComment) blog.Comment {
	f.Helper()
	added := f.tryAdd(c)
	if added.Outcome != blog.Created {
		f.Fatalf("outcome of a new comment: %v", added.Outcome)
	}
	return added.Comment
}

func (f *fixture) tryAdd(c blog.NewComment) blog.Added {
	f.Helper()
	added, err := f.store.AddComment(f.Context(), c)
	if err != nil {
		f.Fatal(err)
	}
	return added
}

// move moves a comment as a moderator.
func (f *fixture) move(id string, to blog.State) blog.Comment {
	f.Helper()
	c, err := f.store.MoveComment(f.Context(), blog.Change{ID: id, Moderator: true, Version: blog.AnyVersion}, to)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func (f *fixture) read(id string) blog.Comment {
	f.Helper()
	c, err := f.store.Comment(f.Context(), id)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func (f *fixture) head(post string) blog.Head {
	f.Helper()
	heads, err := f.store.Heads(f.Context(), []string{post})
	if err != nil || len(heads) != 1 {
		f.Fatalf("heads of %s: %v, %v", post, heads, err)
	}
	return heads[0]
}

func (f *fixture) page(q blog.PageQuery) blog.Page {
	f.Helper()
	p, err := f.store.Page(f.Context(), q)
	if err != nil {
		f.Fatalf("page %+v: %v", q, err)
	}
	return p
}

func (f *fixture) changes(post string, rev int64) blog.Changes {
	f.Helper()
	ch, err := f.store.Changes(f.Context(), post, rev, 100_000)
	if err != nil {
		f.Fatal(err)
	}
	return ch
}

// all is the present state of every comment of a post, in whatever state.
func (f *fixture) all(post string) map[string]blog.Comment {
	f.Helper()
	m := map[string]blog.Comment{}
	for _, c := range f.changes(post, 0).Comments {
		m[c.ID] = c
	}
	return m
}

func (f *fixture) same(what string, got, want any) {
	f.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		f.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// refused demands an error of kind k, and that it changed nothing of post.
func (f *fixture) refused(post string, k blog.Kind, do func(ctx context.Context) error) {
	f.Helper()
	before := f.head(post)
	err := do(f.Context())
	if err == nil || blog.KindOf(err) != k {
		f.Errorf("error %v is of kind %v, want %v", err, blog.KindOf(err), k)
	}
	f.same("head after a refusal", f.head(post), before)
}

func (f *fixture) refusedAdd(k blog.Kind, c blog.NewComment) {
	f.Helper()
	f.refused(c.PostID, k, func(ctx context.Context) error {
		_, err := f.store.AddComment(ctx, c)
		return err
	})
}

func ids(list []blog.Comment) []string {
	out := []string{}
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}
