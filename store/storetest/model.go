package storetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"vang/blog"
)

// model is the simplest thing that obeys the rules: a list of rows, of which everything else is worked out anew.
type model struct {
	rows []blog.Comment
}

// shown follows from the definition alone: published, or above something shown.
func (m *model) shown(c blog.Comment) bool {
	return c.State == blog.Published || slices.ContainsFunc(m.rows, func(d blog.Comment) bool {
		return d.State == blog.Published && strings.HasPrefix(string(d.Key), string(c.Key)+".")
	})
}

func (m *model) seen() map[string]bool {
	seen := map[string]bool{}
	for _, c := range m.rows {
		if m.shown(c) {
			seen[c.ID] = true
		}
	}
	return seen
}

func (m *model) published() (n int64) {
	for _, c := range m.rows {
		n += boolInt(c.State == blog.Published)
	}
	return n
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// follower is a reader with a cursor, who knows the discussion by its changes alone.
type follower struct {
	rev  int64
	seen map[string]blog.Comment
}

func (f *fixture) follow(post string, r *follower) {
	f.Helper()
	ch := f.changes(post, r.rev)
	last := r.rev
	for _, c := range ch.Comments {
		if c.Rev <= last || c.Rev > ch.Head.Rev {
			f.Fatalf("changes after %d hold rev %d behind %d; head %d", r.rev, c.Rev, last, ch.Head.Rev)
		}
		last = c.Rev
		r.seen[c.ID] = c
	}
	r.rev = ch.Head.Rev
}

// moveModel walks through random histories and demands after each step what the model says, of the rows, the pages, the
// count, the revs and what followers know.
func moveModel(f *fixture) {
	seed := uint64(time.Now().UnixNano())
	f.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for round := range 4 {
		post := f.post(fmt.Sprint("round-", round))
		m := &model{}
		followers := []*follower{{seen: map[string]blog.Comment{}}, {seen: map[string]blog.Comment{}}, {seen: map[string]blog.Comment{}}}
		for range 90 {
			before, rows := f.head(post).Rev, f.all(post)
			m.step(f, r, post)
			f.checkStep(post, m, before, rows)
			if i := r.IntN(8); i < len(followers) {
				f.follow(post, followers[i])
			}
			if f.Failed() {
				f.FailNow()
			}
		}
		for _, follower := range followers {
			f.follow(post, follower)
			f.same("what a follower knows", dropReplies(follower.seen), dropReplies(f.all(post)))
		}
	}
}

// dropReplies forgets the count of replies: it is read along and moves no rev.
func dropReplies(m map[string]blog.Comment) map[string]blog.Comment {
	m = maps.Clone(m)
	for id, c := range m {
		c.Replies = 0
		m[id] = c
	}
	return m
}

// step adds, edits or moves something.
func (m *model) step(f *fixture, r *rand.Rand, post string) {
	states := []blog.State{blog.Published, blog.Published, blog.Published, blog.Pending, blog.Spam, blog.Hidden, blog.Deleted}
	if len(m.rows) == 0 || r.IntN(3) == 0 {
		c := comment(post, fmt.Sprint("words ", len(m.rows)))
		c.State = states[r.IntN(5)]
		if i := len(m.rows) - 1 - int(r.ExpFloat64()*2); i >= 0 && m.rows[i].State == blog.Published {
			c.ParentID = m.rows[i].ID
		}
		m.rows = append(m.rows, f.add(c))
		return
	}
	c := &m.rows[r.IntN(len(m.rows))]
	to := states[r.IntN(len(states))]
	if c.State == blog.Deleted {
		to = blog.Deleted
	}
	f.move(c.ID, to)
	c.State = to
}

// checkStep compares the store with the model, and demands that each row which changed, and no other, has a new rev.
func (f *fixture) checkStep(post string, m *model, before int64, old map[string]blog.Comment) {
	f.Helper()
	head, rows := f.head(post), f.all(post)
	seen := map[string]bool{}
	changed := int64(0)
	for id, c := range rows {
		if c.Shown {
			seen[id] = true
		}
		was := old[id]
		was.Replies, c.Replies = 0, 0
		if was != c {
			changed++
		}
		if (was != c) != (c.Rev > before) {
			f.Errorf("row %s: rev %d before, %d after, head was %d", c.Key, was.Rev, c.Rev, before)
		}
	}
	f.same("shown", seen, m.seen())
	f.same("count", head.Count, m.published())
	f.same("rev", head.Rev, before+changed)
	for _, order := range []blog.Order{blog.Oldest, blog.Newest} {
		page := f.page(blog.PageQuery{PostID: post, Order: order, Limit: 1000})
		f.same("a page in the order "+string(order), ids(page.Comments), ids(sorted(rows, order)))
	}
	for _, c := range m.rows {
		replies := int64(0)
		for _, d := range m.rows {
			replies += boolInt(d.ParentID == c.ID && d.State == blog.Published)
		}
		f.same("replies of "+string(c.Key), rows[c.ID].Replies, replies)
	}
}

// sorted is what everyone sees of rows, in order.
func sorted(rows map[string]blog.Comment, order blog.Order) []blog.Comment {
	var list []blog.Comment
	for _, c := range rows {
		if c.Shown {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b blog.Comment) int { return order.Compare(a.Key, b.Key) })
	return list
}
