package storetest

import (
	"vang/blog"
)

func changesTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"what came after a cursor": changesAfter,
		"too many":                 changesTooMany,
		"unknown posts":            changesUnknown,
		"heads":                    changesHeads,
		"where a visitor stands":   changesStanding,
		"totals":                   changesTotals,
	}
}

func changesAfter(f *fixture) {
	post := f.post("a")
	one := f.add(comment(post, "1"))
	two := f.add(comment(post, "2"))
	three := f.add(comment(post, "3", held))
	ch := f.changes(post, one.Rev)
	f.same("comments", ch.Comments, []blog.Comment{two, three})
	f.same("head", ch.Head, f.head(post))
	gone := f.move(one.ID, blog.Deleted)
	ch = f.changes(post, three.Rev)
	f.same("an erased one", ch.Comments, []blog.Comment{gone})
	ch = f.changes(post, gone.Rev)
	if len(ch.Comments) != 0 || ch.TooMany || ch.Head.Rev != gone.Rev {
		f.Errorf("nothing new: %+v", ch)
	}
	if ch = f.changes(post, 99); len(ch.Comments) != 0 || ch.Head.Rev != gone.Rev {
		f.Errorf("beyond the head: %+v", ch)
	}
}

func changesTooMany(f *fixture) {
	post := f.post("a")
	for range 5 {
		f.add(comment(post, "x"))
	}
	for limit, tooMany := range map[int]bool{4: true, 5: false, 6: false, 0: true} {
		ch, err := f.store.Changes(f.Context(), post, 0, limit)
		if err != nil {
			f.Fatal(err)
		}
		if ch.TooMany != tooMany || tooMany && len(ch.Comments) != 0 || !tooMany && len(ch.Comments) != 5 || ch.Head.Rev != 5 {
			f.Errorf("at most %d: too many %v, %d comments", limit, ch.TooMany, len(ch.Comments))
		}
		if !tooMany {
			continue
		}
		near, err := f.store.Changes(f.Context(), post, ch.Floor, limit)
		if err != nil || near.TooMany || len(near.Comments) != limit {
			f.Errorf("at most %d after the floor %d: too many %v, %d comments, %v", limit, ch.Floor, near.TooMany, len(near.Comments), err)
		}
	}
}

func changesUnknown(f *fixture) {
	if _, err := f.store.Changes(f.Context(), "no-such-post", 0, 10); blog.KindOf(err) != blog.NotFound {
		f.Errorf("changes of an unknown post: %v", err)
	}
}

func changesStanding(f *fixture) {
	post, other := f.post("a"), f.post("b")
	f.add(comment(other, "x", held, by("minh")))
	f.add(comment(post, "x", by("minh")))
	mine := f.add(comment(post, "x", held, by("minh")))
	f.add(comment(post, "x", held, by("")))
	for i, want := range []bool{true, false, true, false} {
		for visitor, want := range map[string]bool{"minh": want, "lan": false} {
			h, holds, err := f.store.Standing(f.Context(), post, visitor)
			if err != nil || holds != want || h != f.head(post) {
				f.Errorf("%d: %s holds %t, want %t; %+v, %v", i, visitor, holds, want, h, err)
			}
		}
		f.move(mine.ID, []blog.State{blog.Published, blog.Pending, blog.Hidden, blog.Hidden}[i])
	}
	if _, _, err := f.store.Standing(f.Context(), "no-such-post", "minh"); blog.KindOf(err) != blog.NotFound {
		f.Errorf("an unknown post: %v", err)
	}
}

func changesHeads(f *fixture) {
	a, b, c := f.post("a"), f.post("b"), f.post("c")
	f.add(comment(b, "x"))
	heads, err := f.store.Heads(f.Context(), []string{a, "no-such-post", b, c, b})
	if err != nil {
		f.Fatal(err)
	}
	got := map[string]int64{}
	for _, h := range heads {
		got[h.PostID] = h.Rev
	}
	f.same("heads", got, map[string]int64{a: 0, b: 1, c: 0})
	if len(heads) != 3 {
		f.Errorf("%d heads of three posts", len(heads))
	}
	if heads, err = f.store.Heads(f.Context(), nil); err != nil || len(heads) != 0 {
		f.Errorf("heads of nothing: %v, %v", heads, err)
	}
	many := make([]string, 3000)
	for i := range many {
		many[i] = blog.NewID()
	}
	many[2999] = b
	if heads, err = f.store.Heads(f.Context(), many); err != nil || len(heads) != 1 || heads[0] != f.head(b) {
		f.Errorf("one of 3,000: %v, %v", heads, err)
	}
}

func changesTotals(f *fixture) {
	a, b := f.post("a"), f.post("b")
	f.add(comment(a, "x"))
	f.add(comment(a, "x", held))
	f.add(comment(b, "x"))
	posts, comments, err := f.store.Totals(f.Context())
	if err != nil || posts != 2 || comments != 2 {
		f.Errorf("totals: %d posts, %d comments, %v", posts, comments, err)
	}
}
