package storetest

import (
	"context"
	"time"

	"vang/blog"
)

func editTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"new words":           editWords,
		"the same words":      editSame,
		"who may not":         editRefused,
		"the window":          editWindow,
		"a version gone by":   editStale,
		"closed discussions":  editClosed,
		"moderators may edit": editModerator,
		"what is withdrawn":   editWithdrawn,
	}
}

func (f *fixture) refusedEdit(k blog.Kind, c blog.Comment, ch blog.Change) {
	f.Helper()
	f.refused(c.PostID, k, func(ctx context.Context) error {
		_, err := f.store.EditComment(ctx, ch, "other words")
		return err
	})
	f.same("the comment after a refusal", f.read(c.ID), c)
}

func editWords(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x"))
	f.clock.add(time.Minute)
	got, err := f.store.EditComment(f.Context(), own(c), "y")
	if err != nil {
		f.Fatal(err)
	}
	want := c
	want.Body, want.Edits, want.Rev, want.EditedAt = "y", 1, 2, f.clock.now()
	f.same("the answer", got, want)
	f.same("the row", f.read(c.ID), want)
	f.same("count", f.head(post).Count, int64(1))
}

func editSame(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x"))
	edited, err := f.store.EditComment(f.Context(), own(c), "y")
	if err != nil {
		f.Fatal(err)
	}
	for _, version := range []int64{edited.Edits, c.Edits, blog.AnyVersion} {
		ch := own(edited)
		ch.Version = version
		got, err := f.store.EditComment(f.Context(), ch, "y")
		if err != nil {
			f.Fatalf("the same edit again: %v", err)
		}
		f.same("the answer to the same words", got, edited)
	}
	f.same("rev", f.head(post).Rev, int64(2))
}

func editRefused(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	stranger := own(c)
	stranger.Visitor = "minh"
	f.refusedEdit(blog.Forbidden, c, stranger)
	nobody := own(c)
	nobody.Visitor = ""
	f.refusedEdit(blog.Forbidden, c, nobody)
	gone := f.move(c.ID, blog.Deleted)
	f.refusedEdit(blog.Gone, gone, own(gone))
	f.refused(c.PostID, blog.NotFound, func(ctx context.Context) error {
		_, err := f.store.EditComment(ctx, blog.Change{ID: "no-such-id", Visitor: "lan"}, "y")
		return err
	})
	unsigned := f.add(comment(c.PostID, "by nobody", by("")))
	f.refusedEdit(blog.Forbidden, unsigned, own(unsigned))
}

func editWindow(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	f.clock.add(blog.EditWindow - time.Microsecond)
	c, err := f.store.EditComment(f.Context(), own(c), "in time")
	if err != nil {
		f.Fatal(err)
	}
	f.clock.add(time.Microsecond)
	f.refusedEdit(blog.EditWindowClosed, c, own(c))
}

func editStale(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	newer, err := f.store.EditComment(f.Context(), own(c), "y")
	if err != nil {
		f.Fatal(err)
	}
	f.refusedEdit(blog.PreconditionFailed, newer, own(c))
	any := own(c)
	any.Version = blog.AnyVersion
	if got, err := f.store.EditComment(f.Context(), any, "z"); err != nil || got.Edits != 2 {
		f.Errorf("any version: %+v, %v", got, err)
	}
}

func editClosed(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	if _, err := f.store.SetReadOnly(f.Context(), c.PostID, true); err != nil {
		f.Fatal(err)
	}
	f.refusedEdit(blog.ReadOnly, c, own(c))
}

func editModerator(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	f.clock.add(48 * time.Hour)
	ch := blog.Change{ID: c.ID, Moderator: true, Version: blog.AnyVersion}
	if got, err := f.store.EditComment(f.Context(), ch, "y"); err != nil || got.Body != "y" {
		f.Errorf("a moderator's edit: %+v, %v", got, err)
	}
}

// editWithdrawn: what a moderator took away is gone for its writer, whose only word on it is to erase it.
func editWithdrawn(f *fixture) {
	post := f.post("a")
	for _, state := range []blog.State{blog.Hidden, blog.Spam} {
		c := f.add(comment(post, "x"))
		c = f.move(c.ID, state)
		f.refusedEdit(blog.Gone, c, own(c))
		same := own(c)
		f.refused(post, blog.Gone, func(ctx context.Context) error {
			_, err := f.store.EditComment(ctx, same, c.Body)
			return err
		})
		ch := blog.Change{ID: c.ID, Moderator: true, Version: blog.AnyVersion}
		if got, err := f.store.EditComment(f.Context(), ch, "y"); err != nil || got.Body != "y" || got.State != state {
			f.Errorf("a moderator's edit of %s: %+v, %v", state, got, err)
		}
	}
	held := f.add(comment(post, "x", held))
	if got, err := f.store.EditComment(f.Context(), own(held), "y"); err != nil || got.Body != "y" {
		f.Errorf("their edit of what is held: %+v, %v", got, err)
	}
}

func moveTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"deleting erases":             moveDelete,
		"deleting again":              moveDeleteAgain,
		"deleting what is withdrawn":  moveDeleteWithdrawn,
		"who may not":                 moveRefused,
		"hiding and showing":          moveHide,
		"approving":                   moveApprove,
		"a trace with replies":        moveTombstone,
		"beside the deepest":          moveBesideDeepest,
		"approving below an erased":   moveUnderErased,
		"replies count":               moveReplies,
		"no state":                    moveNoState,
		"any history against a model": moveModel,
	}
}

func (f *fixture) refusedMove(k blog.Kind, c blog.Comment, ch blog.Change, to blog.State) {
	f.Helper()
	f.refused(c.PostID, k, func(ctx context.Context) error {
		_, err := f.store.MoveComment(ctx, ch, to)
		return err
	})
	f.same("the comment after a refusal", f.read(c.ID), c)
}

func moveDelete(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x"))
	got, err := f.store.MoveComment(f.Context(), own(c), blog.Deleted)
	if err != nil {
		f.Fatal(err)
	}
	want := c
	want.State, want.Shown, want.Rev = blog.Deleted, false, 2
	want.Name, want.URL, want.Email, want.Body = "", "", "", ""
	f.same("the answer", got, want)
	f.same("the row", f.read(c.ID), want)
	f.same("count", f.head(post).Count, int64(0))
}

func moveDeleteAgain(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x"))
	gone, err := f.store.MoveComment(f.Context(), own(c), blog.Deleted)
	if err != nil {
		f.Fatal(err)
	}
	f.clock.add(time.Hour)
	stale := own(c)
	stale.Version = 7
	again, err := f.store.MoveComment(f.Context(), stale, blog.Deleted)
	if err != nil {
		f.Fatalf("deleting again: %v", err)
	}
	f.same("the answer", again, gone)
	f.same("rev", f.head(post).Rev, int64(2))
	stranger := own(c)
	stranger.Visitor = "minh"
	f.refusedMove(blog.Forbidden, gone, stranger, blog.Deleted)
	f.refusedMove(blog.Gone, gone, blog.Change{ID: c.ID, Moderator: true, Version: blog.AnyVersion}, blog.Published)
}

// moveDeleteWithdrawn: a writer may have their words erased also when a moderator has taken them away.
func moveDeleteWithdrawn(f *fixture) {
	post := f.post("a")
	for _, state := range []blog.State{blog.Hidden, blog.Spam} {
		c := f.add(comment(post, "x"))
		c = f.move(c.ID, state)
		got, err := f.store.MoveComment(f.Context(), own(c), blog.Deleted)
		if err != nil {
			f.Fatalf("deleting what is %s: %v", state, err)
		}
		want := c
		want.State, want.Rev, want.Name, want.URL, want.Email, want.Body = blog.Deleted, c.Rev+1, "", "", "", ""
		f.same("the answer", got, want)
		f.same("the row", f.read(c.ID), want)
		f.refusedMove(blog.Gone, got, blog.Change{ID: c.ID, Moderator: true, Version: blog.AnyVersion}, blog.Published)
	}
	f.same("count", f.head(post).Count, int64(0))
}

func moveRefused(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	stranger := own(c)
	stranger.Visitor = "minh"
	f.refusedMove(blog.Forbidden, c, stranger, blog.Deleted)
	f.refusedMove(blog.Forbidden, c, own(c), blog.Hidden)
	stale := own(c)
	stale.Version = 1
	f.refusedMove(blog.PreconditionFailed, c, stale, blog.Deleted)
	f.clock.add(blog.EditWindow)
	f.refusedMove(blog.EditWindowClosed, c, own(c), blog.Deleted)
	f.refused(c.PostID, blog.NotFound, func(ctx context.Context) error {
		_, err := f.store.MoveComment(ctx, blog.Change{ID: "no-such-id", Moderator: true}, blog.Deleted)
		return err
	})
}

func moveHide(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x"))
	hidden := f.move(c.ID, blog.Hidden)
	if hidden.Body != "x" || hidden.Shown || hidden.Rev != 2 || f.head(post).Count != 0 {
		f.Errorf("hidden: %+v, head %+v", hidden, f.head(post))
	}
	f.same("hidden twice", f.move(c.ID, blog.Hidden), hidden)
	shown := f.move(c.ID, blog.Published)
	want := c
	want.Rev = 3
	f.same("shown again", shown, want)
	f.same("head", f.head(post).Count, int64(1))
}

func moveApprove(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x", held))
	got := f.move(c.ID, blog.Published)
	if !got.Shown || got.Rev != 2 || got.Seq != 1 || f.head(post).Count != 1 {
		f.Errorf("approved: %+v", got)
	}
	f.move(c.ID, blog.Spam)
	f.same("count with spam", f.head(post).Count, int64(0))
}

// moveTombstone follows one thread: what is erased leaves a trace as long as something shown stands below it.
func moveTombstone(f *fixture) {
	post := f.post("a")
	root := f.add(comment(post, "root"))
	mid := f.add(comment(post, "mid", replyTo(root)))
	leaf := f.add(comment(post, "leaf", replyTo(mid)))
	if got := f.move(root.ID, blog.Deleted); !got.Tombstone() || got.Rev != 4 {
		f.Errorf("a root with replies: %+v", got)
	}
	if got := f.move(mid.ID, blog.Hidden); !got.Tombstone() || got.Rev != 5 {
		f.Errorf("a middle with a reply: %+v", got)
	}
	f.same("shown", ids(f.page(blog.PageQuery{PostID: post}).Comments), []string{root.ID, mid.ID, leaf.ID})
	// With the last reply the traces above it go too, each with a rev of its own.
	f.move(leaf.ID, blog.Deleted)
	all := f.all(post)
	f.same("revs", []int64{all[leaf.ID].Rev, all[mid.ID].Rev, all[root.ID].Rev, f.head(post).Rev}, []int64{6, 7, 8, 8})
	f.same("shown", ids(f.page(blog.PageQuery{PostID: post}).Comments), []string{})
	// Shown again, the middle needs its erased root as a trace.
	f.move(mid.ID, blog.Published)
	f.same("shown", ids(f.page(blog.PageQuery{PostID: post}).Comments), []string{root.ID, mid.ID})
	f.same("rev", f.head(post).Rev, int64(10))
}

// moveBesideDeepest: a reply to the deepest comment stands beside it, so what it replies to keeps the traces above them both.
func moveBesideDeepest(f *fixture) {
	post := f.post("a")
	thread := []blog.Comment{f.add(comment(post, "0"))}
	for range blog.MaxDepth {
		thread = append(thread, f.add(comment(post, "x", replyTo(thread[len(thread)-1]))))
	}
	above, deepest, beside := thread[:blog.MaxDepth-1], thread[blog.MaxDepth-1], thread[blog.MaxDepth]
	for _, c := range above {
		f.move(c.ID, blog.Deleted)
	}
	f.move(beside.ID, blog.Hidden)
	f.same("replies of the deepest", f.read(deepest.ID).Replies, int64(0))
	f.same("shown", ids(f.page(blog.PageQuery{PostID: post}).Comments), append(ids(above), deepest.ID))
	f.move(deepest.ID, blog.Hidden)
	f.same("shown, with the deepest hidden", ids(f.page(blog.PageQuery{PostID: post}).Comments), []string{})
	f.move(beside.ID, blog.Published)
	f.same("shown again", ids(f.page(blog.PageQuery{PostID: post}).Comments), append(ids(above), beside.ID))
}

func moveUnderErased(f *fixture) {
	post := f.post("a")
	root := f.add(comment(post, "root"))
	reply := f.add(comment(post, "held", held, replyTo(root)))
	f.move(root.ID, blog.Deleted)
	if f.read(root.ID).Shown {
		f.Error("a held reply keeps a trace for everyone")
	}
	f.move(reply.ID, blog.Published)
	if !f.read(root.ID).Tombstone() {
		f.Error("an approved reply stands below nothing")
	}
}

func moveReplies(f *fixture) {
	post := f.post("a")
	root := f.add(comment(post, "root"))
	reply := f.add(comment(post, "reply", replyTo(root)))
	for _, step := range []struct {
		to   blog.State
		want int64
	}{{blog.Hidden, 0}, {blog.Spam, 0}, {blog.Published, 1}, {blog.Pending, 0}, {blog.Published, 1}, {blog.Deleted, 0}} {
		f.move(reply.ID, step.to)
		f.same("replies with one "+string(step.to), f.read(root.ID).Replies, step.want)
	}
}

func moveNoState(f *fixture) {
	c := f.add(comment(f.post("a"), "x"))
	f.refusedMove(blog.Malformed, c, blog.Change{ID: c.ID, Moderator: true, Version: blog.AnyVersion}, "lost")
}
