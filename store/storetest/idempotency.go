package storetest

import (
	"sync"
	"time"

	"vang/blog"
)

func idempotencyTests() map[string]func(*fixture) {
	return map[string]func(*fixture){
		"the same key once":              keyOnce,
		"another text under a key":       keyMismatch,
		"keys are one's own":             keyOwners,
		"an answer outlives its comment": keyOutlives,
		"keys live a day":                keyADay,
		"the same words once":            wordsOnce,
		"the same words again later":     wordsLater,
		"deleted words may return":       wordsDeleted,
		"one key sent at once":           keyAtOnce,
		"owners change at midnight":      formerOwner,
		"keys go with the session":       keysOfVisitor,
		"what is here already":           earlier,
	}
}

func keyOnce(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x", withKey("k")))
	again := f.tryAdd(comment(post, "x", withKey("k")))
	f.same("replay", again, blog.Added{Comment: first, Outcome: blog.Replayed})
	f.same("head", f.head(post).Rev, int64(1))
	// Without dedupe, another key is another comment.
	f.add(comment(post, "x", withKey("k2")))
	f.add(comment(post, "x"))
}

func keyMismatch(f *fixture) {
	post := f.post("a")
	f.add(comment(post, "x", withKey("k")))
	f.refusedAdd(blog.IdempotencyMismatch, comment(post, "y", withKey("k")))
}

func keyOwners(f *fixture) {
	a, b := f.post("a"), f.post("b")
	f.add(comment(a, "x", withKey("k")))
	f.add(comment(a, "x", withKey("k"), by("minh")))
	f.add(comment(b, "x", withKey("k")))
}

func keyOutlives(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x", withKey("k")))
	if _, err := f.store.EditComment(f.Context(), own(c), "edited"); err != nil {
		f.Fatal(err)
	}
	again := f.tryAdd(comment(post, "x", withKey("k")))
	if again.Outcome != blog.Replayed || again.Comment.Body != "edited" || again.Comment.ID != c.ID {
		f.Errorf("replay after an edit: %+v", again)
	}
	f.move(c.ID, blog.Deleted)
	again = f.tryAdd(comment(post, "x", withKey("k")))
	if again.Outcome != blog.Replayed || again.Comment.State != blog.Deleted || again.Comment.ID != c.ID {
		f.Errorf("replay after the deletion: %+v", again)
	}
}

func keyADay(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x", withKey("k")))
	f.clock.add(12 * time.Hour)
	f.add(comment(post, "housekeeping may come by now"))
	f.clock.add(12*time.Hour - time.Minute)
	f.add(comment(post, "and again"))
	f.clock.add(time.Minute - time.Second)
	if again := f.tryAdd(comment(post, "x", withKey("k"))); again.Comment.ID != first.ID {
		f.Error("the key was forgotten within a day")
	}
	f.clock.add(30 * 24 * time.Hour)
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		f.add(comment(post, "housekeeping comes by, after a write or by itself"))
		if again := f.tryAdd(comment(post, "x", withKey("k"))); again.Outcome == blog.Created {
			return
		}
		if time.Now().After(until) {
			f.Fatal("the key was kept for a month")
		}
	}
}

func wordsOnce(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x"))
	f.clock.add(blog.DedupeWindow - time.Second)
	again := f.tryAdd(comment(post, "x", deduped))
	f.same("the same words", again, blog.Added{Comment: first, Outcome: blog.Duplicated})
	again = f.tryAdd(comment(post, "x", deduped, withKey("k")))
	f.same("under a key", again, blog.Added{Comment: first, Outcome: blog.Duplicated})
	again = f.tryAdd(comment(post, "x", deduped, withKey("k")))
	f.same("under the same key, which did not make it", again, blog.Added{Comment: first, Outcome: blog.Duplicated})
	f.clock.add(blog.DedupeWindow)
	again = f.tryAdd(comment(post, "x", deduped, withKey("k")))
	f.same("under the same key, later", again, blog.Added{Comment: first, Outcome: blog.Duplicated})
	f.clock.add(-blog.DedupeWindow)
	f.add(comment(post, "other words", deduped))
	f.add(comment(post, "x", deduped, by("minh")))
	f.add(comment(post, "x", deduped, replyTo(first)))
}

func wordsLater(f *fixture) {
	post := f.post("a")
	f.add(comment(post, "x", deduped))
	f.clock.add(blog.DedupeWindow)
	f.add(comment(post, "x", deduped))
}

func wordsDeleted(f *fixture) {
	post := f.post("a")
	c := f.add(comment(post, "x", deduped))
	f.move(c.ID, blog.Deleted)
	f.add(comment(post, "x", deduped))
}

func keyAtOnce(f *fixture) {
	post := f.post("a")
	const tries = 24
	outcomes := make([]blog.Added, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			added, err := f.store.AddComment(f.Context(), comment(post, "x", withKey("k")))
			if err != nil {
				f.Error(err)
			}
			outcomes[i] = added
		})
	}
	wg.Wait()
	created := 0
	for _, o := range outcomes {
		if o.Outcome == blog.Created {
			created++
		}
		if o.Comment.ID != outcomes[0].Comment.ID {
			f.Error("two comments for one key")
		}
	}
	if h := f.head(post); created != 1 || h.Count != 1 || h.Rev != 1 {
		f.Errorf("%d created; head %+v", created, h)
	}
}

// owned is by whom keys are known: today, and yesterday.
func owned(today, yesterday string) func(*blog.NewComment) {
	return func(c *blog.NewComment) { c.Owner, c.FormerOwner = today, yesterday }
}

func formerOwner(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x", withKey("k"), owned("monday", "sunday")))
	words := f.add(comment(post, "y", owned("monday", "sunday")))
	f.clock.add(10 * time.Second)
	again := f.tryAdd(comment(post, "x", withKey("k"), owned("tuesday", "monday")))
	f.same("a key of yesterday", again, blog.Added{Comment: first, Outcome: blog.Replayed})
	f.refusedAdd(blog.IdempotencyMismatch, comment(post, "z", withKey("k"), owned("tuesday", "monday")))
	again = f.tryAdd(comment(post, "y", deduped, owned("tuesday", "monday")))
	f.same("words of yesterday", again, blog.Added{Comment: words, Outcome: blog.Duplicated})
	f.add(comment(post, "x", withKey("k"), deduped, owned("wednesday", "tuesday"), visitor("minh")))
}

func visitor(id string) func(*blog.NewComment) { return func(c *blog.NewComment) { c.Visitor = id } }

func keysOfVisitor(f *fixture) {
	post := f.post("a")
	first := f.add(comment(post, "x", withKey("k"), visitor("lan"), owned("address", "")))
	again := f.tryAdd(comment(post, "x", withKey("k"), by("lan")))
	f.same("the key, with a session", again, blog.Added{Comment: first, Outcome: blog.Replayed})
	again = f.tryAdd(comment(post, "x", deduped, by("lan")))
	f.same("the words, with a session", again, blog.Added{Comment: first, Outcome: blog.Duplicated})
	f.add(comment(post, "x", withKey("k"), deduped, by("minh")))
}

func earlier(f *fixture) {
	post := f.post("a")
	look := func(c blog.NewComment) (blog.Added, bool) {
		added, found, err := f.store.EarlierComment(f.Context(), c)
		if err != nil {
			f.Error(err)
		}
		return added, found
	}
	if _, found := look(comment(post, "x", withKey("k"), deduped)); found {
		f.Error("found what was never sent")
	}
	first := f.add(comment(post, "x", withKey("k"), owned("monday", "sunday"), visitor("lan")))
	before := f.head(post)
	for what, want := range map[string]struct {
		c       blog.NewComment
		found   bool
		outcome blog.Outcome
	}{
		"the key":           {comment(post, "x", withKey("k")), true, blog.Replayed},
		"a key of the past": {comment(post, "x", withKey("k"), owned("tuesday", "monday")), true, blog.Replayed},
		"the words":         {comment(post, "x", deduped), true, blog.Duplicated},
		"another key":       {comment(post, "x", withKey("k2"), deduped), true, blog.Duplicated},
		"other words":       {comment(post, "y", withKey("k2"), deduped), false, 0},
		"another's":         {comment(post, "x", withKey("k"), deduped, by("minh")), false, 0},
	} {
		added, found := look(want.c)
		if found != want.found || added.Outcome != want.outcome || found && added.Comment != first {
			f.Errorf("%s: found %v, %+v", what, found, added)
		}
	}
	if _, _, err := f.store.EarlierComment(f.Context(), comment(post, "y", withKey("k"))); blog.KindOf(err) != blog.IdempotencyMismatch {
		f.Errorf("other words under the key: %v", err)
	}
	f.same("the head after looking", f.head(post), before)
}

// own is the change that c's writer may ask for, of the version that they saw.
func own(c blog.Comment) blog.Change {
	return blog.Change{ID: c.ID, Visitor: c.Visitor, Version: c.Edits, Window: blog.EditWindow}
}
