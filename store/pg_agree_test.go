package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
	"vang/store"
)

// history is one random course of things, told to two engines.
type history struct {
	*testing.T
	random  *rand.Rand
	passed  atomic.Int64 // since the beginning; engines look at the clock on their own
	engines [2]store.Store
	posts   [2]string
	ids     []string
	people  []string
}

// TestEnginesAgree tells the same random histories to SQLite and to PostgreSQL: keys and words that repeat, threads as deep
// as may be and deeper, edits and moves by all and at any time, discussions that close. Each answer and what stands there at
// the end must be the same. The two work it out in different ways.
func TestEnginesAgree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 6 {
		t.Run(fmt.Sprint("round ", round), func(t *testing.T) {
			h := &history{T: t, random: random, people: []string{"lan", "minh"}}
			begin := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
			now := func() time.Time { return begin.Add(time.Duration(h.passed.Load())) }
			h.engines = [2]store.Store{
				openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "vang.db"), now), openAt(t, store.Server.Address(t), now),
			}
			for i, s := range h.engines {
				h.posts[i] = makePost(t, s, "a")
			}
			for range 300 {
				h.passed.Add(int64(random.IntN(20)) * int64(time.Second))
				h.step()
				if t.Failed() {
					t.FailNow()
				}
			}
			h.both("the discussion", func(s store.Store, post string) (any, error) {
				ch, err := s.Changes(t.Context(), post, 0, 10_000)
				return ch, err
			})
		})
	}
}

func (h *history) step() {
	switch n := h.random.IntN(20); {
	case n < 9:
		h.add()
	case n < 11:
		body, ch := fmt.Sprint("edited ", h.random.IntN(3)), h.change()
		h.both(fmt.Sprintf("edit %+v", ch), func(s store.Store, _ string) (any, error) {
			return s.EditComment(h.Context(), ch, body)
		})
	case n < 19:
		states := []blog.State{blog.Published, blog.Published, blog.Published, blog.Hidden, blog.Hidden, blog.Spam, blog.Deleted}
		to, ch := states[h.random.IntN(len(states))], h.change()
		h.both(fmt.Sprintf("move %+v to %s", ch, to), func(s store.Store, _ string) (any, error) {
			return s.MoveComment(h.Context(), ch, to)
		})
	default:
		closed := h.random.IntN(4) == 0
		h.both(fmt.Sprint("closed: ", closed), func(s store.Store, post string) (any, error) {
			return s.SetReadOnly(h.Context(), post, closed)
		})
	}
}

func (h *history) add() {
	words := h.random.IntN(5)
	c := blog.NewComment{
		ID: blog.NewID(), Submission: blog.Submission{Name: "Lan", Body: fmt.Sprint("words ", words)},
		Visitor: h.someone(), State: blog.Published, Fingerprint: fmt.Sprint("print ", words),
	}
	c.Owner = c.Visitor
	if h.random.IntN(4) == 0 { // without a session, and gets one
		c.Owner, c.FormerOwner = fmt.Sprint("address ", h.random.IntN(2)), fmt.Sprint("address ", h.random.IntN(2))
		c.Visitor = blog.NewSecret()
		h.people = append(h.people[max(0, len(h.people)-3):], c.Visitor)
	}
	if h.random.IntN(3) > 0 {
		c.Key = fmt.Sprint("key ", h.random.IntN(30))
	}
	if h.random.IntN(4) == 0 {
		c.Dedupe = blog.DedupeWindow
	}
	if h.random.IntN(6) == 0 {
		c.State = blog.Pending
	}
	if h.random.IntN(6) > 0 {
		c.ParentID = h.recent(5)
	}
	stored := h.both(fmt.Sprintf("add %+v", c), func(s store.Store, post string) (any, error) {
		c := c
		c.PostID = post
		earlier, found, looked := s.EarlierComment(h.Context(), c)
		added, err := s.AddComment(h.Context(), c)
		if found && (err != nil || earlier != added) || looked != nil && blog.KindOf(looked) != blog.KindOf(err) {
			h.Errorf("looked for: %+v, %v; answered: %+v, %v", earlier, looked, added, err)
		}
		return added, err
	})
	if _, err := h.engines[0].Comment(h.Context(), c.ID); stored && err == nil {
		h.ids = append(h.ids, c.ID)
	}
}

// change is of one of the later comments, by whoever.
func (h *history) change() blog.Change {
	ch := blog.Change{
		ID: h.recent(20), Visitor: h.someone(), Moderator: h.random.IntN(4) > 0, Version: blog.AnyVersion, Window: blog.EditWindow,
	}
	if h.random.IntN(4) == 0 {
		ch.Version = int64(h.random.IntN(2))
	}
	return ch
}

func (h *history) someone() string { return h.people[h.random.IntN(len(h.people))] }

// recent is one of the last n comments, now and then none.
func (h *history) recent(n int) string {
	i := h.random.IntN(n)
	if i >= len(h.ids) {
		return "none"
	}
	return h.ids[len(h.ids)-1-i]
}

// both demands the same answer of both engines; whether it was no error.
func (h *history) both(what string, do func(s store.Store, post string) (any, error)) bool {
	var texts [2]string
	var errs [2]error
	for i, s := range h.engines {
		answer, err := do(s, h.posts[i])
		var known *blog.Error
		if errors.As(err, &known) {
			answer = fmt.Sprintf("%v %+v", known.Kind, known.Fields)
		} else if err != nil {
			answer = "an internal error" // of a key that two owners share, say; each engine has its own words
		}
		texts[i], errs[i] = h.plain(fmt.Sprintf("%+v", answer), i), err
	}
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		h.Errorf("%s (-SQLite +PostgreSQL, %v, %v):\n%s", what, errs[0], errs[1], diff)
	}
	return errs[0] == nil
}

// plain leaves out what differs by chance.
func (h *history) plain(answer string, engine int) string {
	epoch, err := h.engines[engine].Epoch(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	return strings.NewReplacer(h.posts[engine], "the post", epoch, "the epoch").Replace(answer)
}
