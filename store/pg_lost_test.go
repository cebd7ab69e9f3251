package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
	"vang/store"
	"vang/testbed"
)

// lossy is a store whose only connection for writing leads through a proxy.
type lossy struct {
	store.Store
	t     *testing.T
	proxy *testbed.Proxy
	post  string

	database string
}

func openLossy(t *testing.T) *lossy {
	t.Helper()
	proxy, err := testbed.NewProxy(store.Server.Postgres(t).Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	l := &lossy{t: t, proxy: proxy, database: store.Server.Database(t)}
	l.Store = openAt(t, store.Server.Postgres(t).URL(l.database, proxy.Addr)+"&pool_max_conns=1", time.Now)
	l.post = makePost(t, l, "a")
	return l
}

// write is one kind of write: what it needs, what it does, and by how many revs.
type write struct {
	name    string
	prepare func(l *lossy) blog.Comment
	do      func(l *lossy, c blog.Comment) (blog.Comment, error)
	mark    string // in what the statement that stores carries, and in no other; "" if there is none
	revs    int64
}

func writesOfEachKind() []write {
	root := func(l *lossy) blog.Comment { return l.add(newComment(l.post, "root")) }
	add := func(c func(l *lossy, parent blog.Comment) blog.NewComment) func(*lossy, blog.Comment) (blog.Comment, error) {
		return func(l *lossy, parent blog.Comment) (blog.Comment, error) {
			added, err := l.AddComment(l.t.Context(), c(l, parent))
			if err == nil && added.Outcome != blog.Created {
				err = fmt.Errorf("outcome %v of what is one's own", added.Outcome)
			}
			return added.Comment, err
		}
	}
	move := func(to blog.State) func(*lossy, blog.Comment) (blog.Comment, error) {
		return func(l *lossy, c blog.Comment) (blog.Comment, error) {
			return l.MoveComment(l.t.Context(), blog.Change{ID: c.ID, Moderator: true, Version: c.Edits}, to)
		}
	}
	trace := func(l *lossy) blog.Comment { // with a reply that, hidden, takes the trace along
		parent := root(l)
		reply := newComment(l.post, "reply")
		reply.ParentID = parent.ID
		c := l.add(reply)
		if _, err := move(blog.Deleted)(l, parent); err != nil {
			l.t.Fatal(err)
		}
		return c
	}
	return []write{
		{"a comment", root, add(func(l *lossy, _ blog.Comment) blog.NewComment {
			return newComment(l.post, "mark of it")
		}), "mark of it", 1},
		{"a comment with a key", root, add(func(l *lossy, _ blog.Comment) blog.NewComment {
			c := newComment(l.post, "mark of it")
			c.Key, c.Dedupe, c.Visitor = "key", blog.DedupeWindow, "minh"
			return c
		}), "mark of it", 1},
		{"a reply", root, add(func(l *lossy, parent blog.Comment) blog.NewComment {
			c := newComment(l.post, "mark of it")
			c.ParentID = parent.ID
			return c
		}), "mark of it", 1},
		{"an edit", root, func(l *lossy, c blog.Comment) (blog.Comment, error) {
			ch := blog.Change{ID: c.ID, Visitor: c.Visitor, Version: c.Edits, Window: blog.EditWindow}
			return l.EditComment(l.t.Context(), ch, "mark of it")
		}, "mark of it", 1},
		{"hiding", trace, move(blog.Hidden), "hidden", 2},
		{"deleting", trace, move(blog.Deleted), "deleted", 2},
		{"closing", root, func(l *lossy, c blog.Comment) (blog.Comment, error) {
			head, err := l.SetReadOnly(l.t.Context(), l.post, true)
			if err == nil && (!head.ReadOnly || head.StateRev != 2) {
				err = fmt.Errorf("head %+v", head)
			}
			return c, err
		}, "", 1},
	}
}

func (l *lossy) add(c blog.NewComment) blog.Comment {
	l.t.Helper()
	added, err := l.AddComment(l.t.Context(), c)
	if err != nil {
		l.t.Fatal(err)
	}
	return added.Comment
}

// TestPGOutcomesUnknown has the outcome of each kind of write be unknown in each way that there is. Whoever wrote hears what
// is true, and the write has been done once.
func TestPGOutcomesUnknown(t *testing.T) {
	faults := map[string]func(l *lossy, w write) (happened func() bool){
		"cut after the commit":  cutAfter,
		"cut before the commit": cutBefore,
	}
	for _, code := range []string{"40001", "40003", "40P01", "57P01", "58030", "XX000", "X9999"} {
		faults[code+" before the commit"] = says(code, false)
	}
	for _, code := range []string{"40003", "57P01", "X9999"} { // all others promise that nothing was committed
		faults[code+" after the commit"] = says(code, true)
	}
	for _, w := range writesOfEachKind() {
		t.Run(w.name, func(t *testing.T) {
			for name, fault := range faults {
				t.Run(name, func(t *testing.T) { outcomeUnknown(t, w, fault) })
			}
		})
	}
}

func outcomeUnknown(t *testing.T, w write, fault func(*lossy, write) func() bool) {
	l := openLossy(t)
	c := w.prepare(l)
	before := l.head()
	happened := fault(l, w)
	got, err := w.do(l, c)
	if err != nil {
		t.Fatal(err)
	}
	if !happened() {
		t.Fatal("nothing went wrong")
	}
	if head := l.head(); head.Rev != before.Rev+w.revs {
		t.Errorf("rev %d after %d: it takes %d", head.Rev, before.Rev, w.revs)
	}
	stored, err := l.Comment(t.Context(), got.ID)
	if diff := cmp.Diff(stored, got); err != nil || diff != "" {
		t.Errorf("what was answered is not what is stored (-stored +answered, %v):\n%s", err, diff)
	}
}

func (l *lossy) head() blog.Head {
	l.t.Helper()
	heads, err := l.Heads(l.t.Context(), []string{l.post})
	if err != nil || len(heads) != 1 {
		l.t.Fatal(heads, err)
	}
	return heads[0]
}

// says has the first try end with a code.
func says(code string, after bool) func(*lossy, write) func() bool {
	return func(l *lossy, _ write) func() bool {
		var once atomic.Bool
		store.Inject(l.Store, func(done bool) error {
			if done == after && once.CompareAndSwap(false, true) {
				return &pgconn.PgError{Code: code, Message: "as it was told to"}
			}
			return nil
		})
		return once.Load
	}
}

// cutAfter breaks the connection when the server has committed and is about to say so.
func cutAfter(l *lossy, w write) func() bool {
	if w.mark == "" {
		return says("57P01", true)(l, w)
	}
	done := l.proxy.CutAfter(func(b []byte) bool {
		return bytes.Contains(b, []byte(w.mark)) && !bytes.Contains(b, []byte("SELECT")) // when it is prepared
	})
	return func() bool {
		select {
		case <-done:
			return true
		case <-time.After(10 * time.Second):
			return false
		}
	}
}

// cutBefore breaks the connection with the first statement.
func cutBefore(l *lossy, _ write) func() bool {
	var once atomic.Bool
	store.Inject(l.Store, func(done bool) error {
		if !done && once.CompareAndSwap(false, true) {
			l.proxy.Cut()
		}
		return nil
	})
	return once.Load
}

// TestPGBatchOutcomeUnknown: of comments that were stored together each writer hears that theirs was, though the answer of
// the database was lost.
func TestPGBatchOutcomeUnknown(t *testing.T) {
	l := openLossy(t)
	var tries atomic.Int64
	store.Inject(l.Store, func(done bool) error {
		if done && tries.Add(1)%2 == 1 {
			return &pgconn.PgError{Code: "40003", Message: "statement completion unknown"}
		}
		return nil
	})
	var writing sync.WaitGroup
	var mu sync.Mutex
	var ids []string
	for w := range 20 {
		writing.Go(func() {
			for i := range 10 {
				c := newComment(l.post, fmt.Sprint("words ", w, " ", i))
				if i%2 == 0 {
					c.Key = fmt.Sprint("key ", w, " ", i)
				}
				added, err := l.AddComment(t.Context(), c)
				if err != nil || added.Outcome != blog.Created || added.Comment.ID != c.ID {
					t.Errorf("outcome %v, %v", added.Outcome, err)
				}
				mu.Lock()
				ids = append(ids, c.ID)
				mu.Unlock()
			}
		})
	}
	writing.Wait()
	checkAllThere(t, l, l.post, ids)
	if tries.Load() < 4 {
		t.Errorf("only %d tries", tries.Load())
	}
}

// TestPGLateAnswer: an edit that was stored in time, and whose answer was lost, has not become too late when it is tried
// again.
func TestPGLateAnswer(t *testing.T) {
	var passed atomic.Int64
	begin := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := openAt(t, store.Server.Address(t), func() time.Time { return begin.Add(time.Duration(passed.Load())) })
	post := makePost(t, s, "a")
	added, err := s.AddComment(t.Context(), newComment(post, "x"))
	if err != nil {
		t.Fatal(err)
	}
	passed.Store(int64(blog.EditWindow - time.Second))
	store.Inject(s, func(done bool) error {
		if !done || passed.Add(int64(time.Minute)) > int64(blog.EditWindow+time.Minute) {
			return nil
		}
		return &pgconn.PgError{Code: "40003", Message: "statement completion unknown"}
	})
	ch := blog.Change{ID: added.Comment.ID, Visitor: "lan", Version: 0, Window: blog.EditWindow}
	c, err := s.EditComment(t.Context(), ch, "y")
	if err != nil || c.Edits != 1 || c.Rev != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	if s.Now().Before(begin.Add(blog.EditWindow)) {
		t.Error("there was time left")
	}
}

// TestPGNeverOverwrites: where the post's row and its comments do not fit together, as after a repair by hand, nothing is
// stored in the place of a comment, and nothing acknowledged that was not.
func TestPGNeverOverwrites(t *testing.T) {
	l := openLossy(t)
	first := l.add(newComment(l.post, "x"))
	if _, err := store.Server.Postgres(t).SQL(t.Context(), l.database, "UPDATE posts SET last_seq = 0"); err != nil {
		t.Fatal(err)
	}
	if added, err := l.AddComment(t.Context(), newComment(l.post, "y")); err == nil {
		t.Errorf("acknowledged: %+v", added)
	}
	if found, err := l.Comment(t.Context(), first.ID); err != nil || found != first {
		t.Errorf("%+v, %v", found, err)
	}
	if head := l.head(); head.Rev != 1 || head.Count != 1 {
		t.Errorf("head %+v", head)
	}
}

// TestPGTextsThatCannotBeStored: what PostgreSQL has no way to keep is the writer's error, and nobody else's.
func TestPGTextsThatCannotBeStored(t *testing.T) {
	l := openLossy(t)
	c := l.add(newComment(l.post, "x"))
	for _, bad := range []string{"a\x00b", "a\xffb"} {
		for name, want := range map[string]blog.Kind{
			"post": blog.NotFound, "parent": blog.Validation, "key": blog.Malformed, "body": blog.Malformed,
		} {
			n := newComment(l.post, "y")
			*map[string]*string{"post": &n.PostID, "parent": &n.ParentID, "key": &n.Key, "body": &n.Body}[name] = bad
			if _, err := l.AddComment(t.Context(), n); blog.KindOf(err) != want {
				t.Errorf("a %s of %q: %v", name, bad, err)
			}
		}
		ch := blog.Change{ID: c.ID, Visitor: c.Visitor, Version: blog.AnyVersion, Window: blog.EditWindow}
		if _, err := l.EditComment(t.Context(), ch, bad); blog.KindOf(err) != blog.Malformed {
			t.Errorf("an edit to %q: %v", bad, err)
		}
		if _, err := l.MoveComment(t.Context(), blog.Change{ID: bad, Moderator: true}, blog.Hidden); blog.KindOf(err) != blog.NotFound {
			t.Errorf("moving %q: %v", bad, err)
		}
		if _, err := l.SetReadOnly(t.Context(), bad, true); blog.KindOf(err) != blog.NotFound {
			t.Errorf("closing %q: %v", bad, err)
		}
	}
	checkAllThere(t, l, l.post, []string{c.ID})
}

// TestPGSleeperInItsTurn: a process that stops while it has its turn, as one that is paused or cut off does, does not keep
// the others from writing.
func TestPGSleeperInItsTurn(t *testing.T) {
	address := store.Server.Address(t)
	s := openAt(t, address, time.Now)
	post := makePost(t, s, "a")
	sleeper, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeper.Close(context.Background()) }()
	gone := errors.New("and then sleeps")
	asleep, wake := make(chan struct{}), make(chan struct{})
	outcome := make(chan error, 1)
	go func() {
		outcome <- store.InTurn(t.Context(), sleeper, post, func() error {
			close(asleep)
			<-wake
			return gone
		})
	}()
	<-asleep
	begin := time.Now()
	if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
		t.Error(err)
	}
	took := time.Since(begin)
	close(wake)
	if err := <-outcome; !errors.Is(err, gone) {
		t.Error(err)
	}
	if took < time.Second || took > 5*time.Second {
		t.Errorf("a comment took %v: it waits for the sleeper, but not for long", took)
	}
}
