package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"vang/blog"
)

func pageTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"an empty discussion":         pageEmpty,
		"unknown posts and comments":  pageUnknown,
		"windows tile forwards":       pageForwards,
		"windows tile backwards":      pageBackwards,
		"the page of a comment":       pageAt,
		"a bound that is gone":        pageGoneBound,
		"one's own held comments":     pageHeld,
		"fifty where nothing is said": pageDefault,
		"a page costs what it costs":  pageCost,
	}
}

func pageEmpty(f *fixture) {
	post := f.post("a")
	for _, q := range []blog.PageQuery{{PostID: post}, {PostID: post, From: "3.4"}, {PostID: post, Until: "7"}} {
		p := f.page(q)
		if len(p.Comments) != 0 || p.From != "" || p.Until != "" || p.Head.PostID != post || p.Order != blog.Oldest {
			f.Errorf("an empty page: %+v", p)
		}
	}
}

func pageUnknown(f *fixture) {
	post, other := f.post("a"), f.post("b")
	hidden := f.add(comment(post, "x"))
	f.move(hidden.ID, blog.Hidden)
	elsewhere := f.add(comment(other, "x"))
	for _, q := range []blog.PageQuery{
		{PostID: "no-such-post"},
		{PostID: post, At: "no-such-id"},
		{PostID: post, At: elsewhere.ID},
		{PostID: post, At: hidden.ID},
		{PostID: post, At: f.add(comment(post, "held", held)).ID},
		{PostID: post, At: f.add(comment(post, "held", held, by(""))).ID},
	} {
		if _, err := f.store.Page(f.Context(), q); blog.KindOf(err) != blog.NotFound {
			f.Errorf("page %+v: %v", q, err)
		}
	}
}

// thread fills a post with n comments of a random shape, some of them erased, and returns what is shown in each order.
func (f *fixture) thread(post string, n int) map[blog.Order][]blog.Comment {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var list []blog.Comment
	for i := range n {
		c := comment(post, fmt.Sprint("words ", i))
		if i > 0 && r.IntN(4) > 0 {
			c.ParentID = list[max(0, i-1-r.IntN(12))].ID
		}
		list = append(list, f.add(c))
	}
	for range n / 5 {
		f.move(list[r.IntN(n)].ID, blog.Deleted)
	}
	rows := f.all(post)
	return map[blog.Order][]blog.Comment{blog.Oldest: sorted(rows, blog.Oldest), blog.Newest: sorted(rows, blog.Newest)}
}

func pageForwards(f *fixture) {
	post := f.post("a")
	for order, want := range f.thread(post, 173) {
		for _, limit := range []int{1, 7, 50, len(want), 1000} {
			var got []blog.Comment
			q := blog.PageQuery{PostID: post, Order: order, Limit: limit}
			for {
				p := f.page(q)
				if p.From != q.From || len(p.Comments) > limit || (p.Until != "" && len(p.Comments) != limit) {
					f.Fatalf("%s by %d from %q: [%q, %q) of %d", order, limit, q.From, p.From, p.Until, len(p.Comments))
				}
				got = append(got, p.Comments...)
				if p.Until == "" {
					break
				}
				q.From = p.Until
			}
			f.same(fmt.Sprint(order, " by ", limit), got, want)
		}
	}
}

func pageBackwards(f *fixture) {
	post := f.post("a")
	for order, want := range f.thread(post, 173) {
		for _, limit := range []int{1, 7, 50} {
			q := blog.PageQuery{PostID: post, Order: order, Limit: limit, Until: want[100].Key}
			var got []blog.Comment
			for {
				p := f.page(q)
				if p.Until != q.Until || len(p.Comments) > limit || (p.From != "" && len(p.Comments) != limit) {
					f.Fatalf("%s by %d until %q: [%q, %q) of %d", order, limit, q.Until, p.From, p.Until, len(p.Comments))
				}
				got = append(slices.Clone(p.Comments), got...)
				if p.From == "" {
					break
				}
				q.Until = p.From
			}
			f.same(fmt.Sprint(order, " back by ", limit), got, want[:100])
		}
	}
}

func pageAt(f *fixture) {
	post := f.post("a")
	for order, all := range f.thread(post, 120) {
		for _, limit := range []int{1, 2, 9, 50, 1000} {
			for i := 0; i < len(all); i += 1 + i%5 {
				c := all[i]
				p := f.page(blog.PageQuery{PostID: post, Order: order, Limit: limit, At: c.ID})
				first := slices.IndexFunc(all, func(d blog.Comment) bool { return d.ID == p.Comments[0].ID })
				end := first + len(p.Comments)
				if len(p.Comments) != min(limit, len(all)) || i < first || i >= end {
					f.Fatalf("%s by %d at %d: %d to %d", order, limit, i, first, end)
				}
				f.same("the window", ids(p.Comments), ids(all[first:end]))
				f.same("from", p.From, keyAt(all, first, first == 0))
				f.same("until", p.Until, keyAt(all, end, end == len(all)))
			}
		}
	}
}

func keyAt(all []blog.Comment, i int, open bool) blog.Key {
	if open {
		return ""
	}
	return all[i].Key
}

func pageGoneBound(f *fixture) {
	post := f.post("a")
	var list []blog.Comment
	for range 5 {
		list = append(list, f.add(comment(post, "x")))
	}
	f.move(list[2].ID, blog.Deleted)
	p := f.page(blog.PageQuery{PostID: post, From: list[2].Key, Limit: 2})
	if p.From != list[2].Key || p.Until != "" {
		f.Errorf("from a place that is gone: [%q, %q)", p.From, p.Until)
	}
	f.same("from a place that is gone", ids(p.Comments), ids(list[3:]))
	p = f.page(blog.PageQuery{PostID: post, Until: list[2].Key, Limit: 2})
	f.same("until a place that is gone", ids(p.Comments), ids(list[:2]))
	if p = f.page(blog.PageQuery{PostID: post, From: list[0].Key}); p.From != "" {
		f.Errorf("nothing stands before the first, so its page is open there; got %q", p.From)
	}
	if p = f.page(blog.PageQuery{PostID: post, Until: "4294967295"}); p.Until != "" {
		f.Errorf("nothing stands after the last, so its page is open there; got %q", p.Until)
	}
}

func pageHeld(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "1"))
	mine := f.add(comment(post, "2", held, replyTo(first)))
	theirs := f.add(comment(post, "3", held, by("minh")))
	last := f.add(comment(post, "4"))
	see := func(q blog.PageQuery) []string { q.PostID = post; return ids(f.page(q).Comments) }
	f.same("nobody", see(blog.PageQuery{}), []string{first.ID, last.ID})
	f.same("lan", see(blog.PageQuery{Visitor: "lan"}), []string{first.ID, mine.ID, last.ID})
	f.same("minh", see(blog.PageQuery{Visitor: "minh", Order: blog.Newest}), []string{last.ID, theirs.ID, first.ID})
	f.same("minh back", see(blog.PageQuery{Visitor: "minh", Until: last.Key, Limit: 1}), []string{theirs.ID})
	f.same("lan at", see(blog.PageQuery{Visitor: "lan", At: mine.ID, Limit: 2}), []string{first.ID, mine.ID})
	p := f.page(blog.PageQuery{PostID: post, Visitor: "lan", Limit: 1})
	f.same("the next page begins with one's own", p.Until, mine.Key)
	// What was published once and is held now is a trace for all, its writer included, as long as it has replies.
	f.add(comment(post, "5", replyTo(last)))
	f.move(last.ID, blog.Pending)
	if got := see(blog.PageQuery{Visitor: "lan", From: last.Key}); len(got) != 2 || got[0] != last.ID {
		f.Errorf("a held trace stands once: %v", got)
	}
}

func pageDefault(f *fixture) {
	post := f.post("a")
	for range blog.PageSize + 1 {
		f.add(comment(post, "x"))
	}
	if p := f.page(blog.PageQuery{PostID: post}); len(p.Comments) != blog.PageSize || p.Until != "51" || p.Head.Count != 51 {
		f.Errorf("a page of %d until %q; head %+v", len(p.Comments), p.Until, p.Head)
	}
}

// pageCost compares pages of a discussion of 10,000 with those of one of 200, each at its best of many.
func pageCost(f *fixture) {
	if testing.Short() || underRace {
		f.Skip("times of 10,000 comments: neither with -short nor under the race detector")
	}
	small, large := f.post("small"), f.post("large")
	f.fill(small, 200)
	mid := f.fill(large, 10_000)
	for name, q := range map[string]blog.PageQuery{
		"first": {}, "newest": {Order: blog.Newest}, "middle": {From: mid.Key}, "back": {Until: mid.Key},
		"newest middle": {From: mid.Key, Order: blog.Newest}, "at": {At: mid.ID}, "own": {Visitor: "lan", From: mid.Key},
	} {
		base := f.best(blog.PageQuery{PostID: small, Visitor: q.Visitor, Order: q.Order})
		q.PostID = large
		if got := f.best(q); got > 5*base+2*time.Millisecond {
			f.Errorf("%s: %v of 10,000, %v of 200", name, got, base)
		}
	}
}

// fill writes n comments below a few roots, from many writers, and returns one from the middle.
func (f *fixture) fill(post string, n int) blog.Comment {
	roots := make([]blog.Comment, 4)
	for i := range roots {
		roots[i] = f.add(comment(post, "root"))
	}
	mid := make(chan blog.Comment, 1)
	var wg sync.WaitGroup
	const writers = 32
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n-len(roots); i += writers {
				added, err := f.store.AddComment(f.Context(), comment(post, "words", replyTo(roots[i%len(roots)])))
				if err != nil {
					f.Error(err)
					return
				}
				if i == n/2 {
					mid <- added.Comment
				}
			}
		})
	}
	wg.Wait()
	return <-mid
}

func (f *fixture) best(q blog.PageQuery) time.Duration {
	best := time.Hour
	for range 20 {
		start := time.Now()
		f.page(q)
		best = min(best, time.Since(start))
	}
	return best
}
