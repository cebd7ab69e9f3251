package storetest

import (
	"context"
	"errors"
	"strings"
	"time"

	"vang/blog"
)

func addTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"a comment comes back as it was written": addKeepsAll,
		"numbers":                                addNumbers,
		"a reply stands below":                   addReply,
		"the deepest reply beside":               addDeepest,
		"parents that take none":                 addParents,
		"held ones count nowhere":                addHeld,
		"unknown posts":                          addUnknownPost,
		"closed discussions":                     addReadOnly,
		"a stale id burns nothing":               addSameID,
	}
}

func addKeepsAll(f *fixture) {
	post := f.post("a")
	body := "Xin chào, **Đường phố** 🏮\n\n```go\nx := `'\"`; --\n```\n" + strings.Repeat("ữ", 9000)
	c := f.add(comment(post, body))
	want := blog.Comment{
		ID: c.ID, PostID: post, Key: "1", Seq: 1, Rev: 1, State: blog.Published, Shown: true, Name: "Lan",
		URL: "https://lan.example", Email: "lan@example.org", Visitor: "lan", Body: body, CreatedAt: f.clock.now(),
	}
	f.same("the answer", c, want)
	f.same("the row", f.read(c.ID), want)
	if _, err := f.store.Comment(f.Context(), "no-such-id"); blog.KindOf(err) != blog.NotFound {
		f.Errorf("an unknown comment: %v", err)
	}
}

func addNumbers(f *fixture) {
	a, b := f.post("a"), f.post("b")
	for i := int64(1); i <= 5; i++ {
		c := f.add(comment(a, "x"))
		if c.Seq != i || c.Rev != i {
			f.Errorf("comment %d has seq %d and rev %d", i, c.Seq, c.Rev)
		}
	}
	if c := f.add(comment(b, "x")); c.Seq != 1 || c.Rev != 1 {
		f.Errorf("another post's numbers are its own: seq %d, rev %d", c.Seq, c.Rev)
	}
	head := f.head(a)
	epoch, err := f.store.Epoch(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	f.same("head", head, blog.Head{PostID: a, Epoch: epoch, Rev: 5, Count: 5})
}

func addReply(f *fixture) {
	post := f.post("a")
	root := f.add(comment(post, "root"))
	one := f.add(comment(post, "one", replyTo(root)))
	f.add(comment(post, "two", replyTo(root)))
	deep := f.add(comment(post, "deep", replyTo(one)))
	if one.Key != "1.2" || deep.Key != "1.2.4" || deep.ParentID != one.ID || deep.Depth() != 2 {
		f.Errorf("keys %q and %q, parent %q", one.Key, deep.Key, deep.ParentID)
	}
	if got := f.read(root.ID); got.Replies != 2 || got.Rev != root.Rev {
		f.Errorf("the root has %d replies and rev %d; want 2 and its own rev %d", got.Replies, got.Rev, root.Rev)
	}
	above, err := f.store.Ancestors(f.Context(), deep.ID)
	if err != nil {
		f.Fatal(err)
	}
	f.same("above the deep one", ids(above), []string{root.ID, one.ID})
	if above, err = f.store.Ancestors(f.Context(), root.ID); err != nil || len(above) != 0 {
		f.Errorf("above a root: %v, %v", above, err)
	}
	if _, err = f.store.Ancestors(f.Context(), "no-such-id"); blog.KindOf(err) != blog.NotFound {
		f.Errorf("above an unknown comment: %v", err)
	}
}

func addDeepest(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "0"))
	for range blog.MaxDepth + 3 {
		next := f.add(comment(post, "x", replyTo(c)))
		if next.ParentID != c.ID {
			f.Fatalf("parent %q, want %q", next.ParentID, c.ID)
		}
		if want := min(c.Depth()+1, blog.MaxDepth-1); next.Depth() != want {
			f.Fatalf("depth %d below %d, want %d", next.Depth(), c.Depth(), want)
		}
		c = next
	}
}

func addParents(f *fixture) {
	post, other := f.post("a"), f.post("b")
	elsewhere := f.add(comment(other, "x"))
	cases := map[string]string{elsewhere.ID: "unknown", "no-such-id": "unknown"}
	for _, s := range []blog.State{blog.Hidden, blog.Spam, blog.Pending, blog.Deleted} {
		c := f.add(comment(post, "x"))
		f.move(c.ID, s)
		cases[c.ID] = "deleted"
	}
	for id, code := range cases {
		reply := comment(post, "reply", func(c *blog.NewComment) { c.ParentID = id })
		f.refusedAdd(blog.Validation, reply)
		_, err := f.store.AddComment(f.Context(), reply)
		var e *blog.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Field != "parent" || e.Fields[0].Code != code {
			f.Errorf("fields of %v; want parent %s", err, code)
		}
	}
}

func addHeld(f *fixture) {
	post := f.post("a")
	root := f.add(comment(post, "root"))
	c := f.add(comment(post, "held", held, replyTo(root)))
	if c.Shown || c.State != blog.Pending {
		f.Errorf("held comment: %+v", c)
	}
	if h := f.head(post); h.Count != 1 || h.Rev != 2 {
		f.Errorf("head with a held comment: %+v", h)
	}
	if got := f.read(root.ID); got.Replies != 0 {
		f.Errorf("a held reply is counted: %d", got.Replies)
	}
}

func addUnknownPost(f *fixture) {
	_, err := f.store.AddComment(f.Context(), comment("no-such-post", "x"))
	if blog.KindOf(err) != blog.NotFound {
		f.Errorf("add to an unknown post: %v", err)
	}
}

func addReadOnly(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "before", withKey("k")))
	head, err := f.store.SetReadOnly(f.Context(), post, true)
	if err != nil || !head.ReadOnly || head.Rev != 2 || head.StateRev != 2 {
		f.Fatalf("closed: %+v, %v", head, err)
	}
	f.same("head", f.head(post), head)
	f.refusedAdd(blog.ReadOnly, comment(post, "after"))
	if again := f.tryAdd(comment(post, "before", withKey("k"))); again.Outcome != blog.Replayed || again.Comment.ID != first.ID {
		f.Errorf("replay in a closed discussion: %+v", again)
	}
	if same, err := f.store.SetReadOnly(f.Context(), post, true); err != nil || same != head {
		f.Errorf("closed twice: %+v, %v", same, err)
	}
	head, err = f.store.SetReadOnly(f.Context(), post, false)
	if err != nil || head.ReadOnly || head.StateRev != 3 {
		f.Fatalf("opened: %+v, %v", head, err)
	}
	f.add(comment(post, "open again"))
	if _, err := f.store.SetReadOnly(f.Context(), "no-such-post", true); blog.KindOf(err) != blog.NotFound {
		f.Errorf("an unknown post: %v", err)
	}
}

func addSameID(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x"))
	f.clock.add(time.Hour)
	f.refused(post, blog.Internal, func(ctx context.Context) error {
		_, err := f.store.AddComment(ctx, comment(post, "y", func(c *blog.NewComment) { c.ID = first.ID }))
		return err
	})
	if next := f.add(comment(post, "z")); next.Seq != 2 || next.Rev != 2 {
		f.Errorf("a failed write burnt a number: seq %d, rev %d", next.Seq, next.Rev)
	}
}
