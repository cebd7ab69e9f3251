package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/realtime"
	"vang/web"
)

// stillLife is a Reader of changes that a test made up.
type stillLife struct {
	web.Reader
	changes blog.Changes
}

func (s stillLife) Changes(context.Context, string, int64, int) (blog.Changes, error) {
	return s.changes, nil
}

func (s stillLife) Heads(_ context.Context, ids []string) ([]blog.Head, error) {
	var heads []blog.Head
	for _, id := range ids {
		if id == s.changes.Head.PostID {
			heads = append(heads, s.changes.Head)
		}
	}
	return heads, nil
}

func sourceOf(t testing.TB, changes blog.Changes) realtime.Source {
	t.Helper()
	author := markdown.NewAuthor(markdown.AuthorOptions{})
	library, err := posts.Open(t.Context(), posts.Options{FS: siteFS(), Now: time.Now, Author: author})
	if err != nil {
		t.Fatal(err)
	}
	return web.NewSource(web.SourceDeps{
		Reader: stillLife{changes: changes}, Library: library, Comments: markdown.NewStranger(),
		Slugs: func(string) (string, bool) { return "first", true },
	})
}

// anyComment is in any state that the store could have left it in, with words that are found again wherever they get.
func anyComment(rng *rand.Rand, rev int64) blog.Comment {
	states := []blog.State{blog.Published, blog.Pending, blog.Spam, blog.Hidden, blog.Deleted}
	c := blog.Comment{
		ID: fmt.Sprintf("id%014d", rev), PostID: "p", Key: blog.Key(fmt.Sprint(rev)), Seq: rev, Rev: rev,
		State: states[rng.IntN(len(states))], Shown: rng.IntN(2) == 0, Replies: rng.Int64N(2), Edits: rng.Int64N(2),
		Name: fmt.Sprintf("nameof%d", rev), URL: fmt.Sprintf("https://urlof%d.example", rev), Email: fmt.Sprintf("mailof%d@example.org", rev),
		Body: fmt.Sprintf("bodyof%d *x*", rev), Visitor: fmt.Sprintf("visitorof%d", rev), CreatedAt: time.Now(),
	}
	if c.State == blog.Published {
		c.Shown = true
	}
	if c.Edits > 0 {
		c.EditedAt = time.Now()
	}
	return c
}

// traces are the words of c that s holds.
func traces(c blog.Comment, s []byte) []string {
	var found []string
	for _, word := range []string{"nameof", "urlof", "bodyof"} {
		if strings.Contains(string(s), fmt.Sprintf("%s%d", word, c.Rev)) {
			found = append(found, word)
		}
	}
	return found
}

func TestNoAudienceGetsWordsThatAreNotForIt(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for range 300 {
		head := blog.Head{PostID: "p", Epoch: "e", Count: 3}
		list := map[string]blog.Comment{}
		var ordered []blog.Comment
		closing := rng.IntN(8) // before which comment the discussion was closed, if it was
		for i := range rng.IntN(6) {
			if i == closing {
				head.Rev++
				head.StateRev, head.ReadOnly = head.Rev, true
			}
			head.Rev += 1 + rng.Int64N(3)
			c := anyComment(rng, head.Rev)
			list[c.ID], ordered = c, append(ordered, c)
		}
		got, err := sourceOf(t, blog.Changes{Head: head, Comments: ordered}).Changes(t.Context(), "p", 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := len(list) + min(1, int(head.StateRev)); len(got.Items) != want || got.Head != (realtime.Head{Epoch: "e", Rev: head.Rev}) {
			t.Fatalf("%d items for %d changes, head %+v", len(got.Items), want, got.Head)
		}
		last := int64(0)
		for _, item := range got.Items {
			if item.Rev <= last {
				t.Fatalf("rev %d after %d", item.Rev, last)
			}
			last = item.Rev
			checkForms(t, item)
			if c, ok := list[item.Item]; ok {
				checkAudience(t, c, item)
				seen[string(c.State)]++
			} else if item.Rev != head.StateRev {
				t.Errorf("an item of nothing at %d", item.Rev)
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("states tried: %v", seen)
	}
}

// checkForms demands that each form brings its reader to the item's rev.
func checkForms(t *testing.T, item realtime.Change) {
	t.Helper()
	var m change
	if err := json.Unmarshal(item.Public.JSON, &m); err != nil {
		t.Fatal(err)
	}
	cursor := fmt.Sprintf("e.%d", item.Rev)
	if m.Rev != item.Rev || m.Cursor != cursor {
		t.Errorf("JSON %s at rev %d", item.Public.JSON, item.Rev)
	}
	for _, html := range [][]byte{item.Public.HTML, item.Own} {
		if len(html) > 0 && !strings.Contains(string(html), `data-cursor="`+cursor+`"`) {
			t.Errorf("HTML without %s: %s", cursor, html)
		}
	}
}

func checkAudience(t *testing.T, c blog.Comment, item realtime.Change) {
	t.Helper()
	public := string(item.Public.HTML) + string(item.Public.JSON)
	if strings.Contains(public+string(item.Own), "mailof") || strings.Contains(public+string(item.Own), "visitorof") {
		t.Errorf("%s: an identity in %s%s", c.State, public, item.Own)
	}
	if c.State == blog.Published {
		if len(traces(c, item.Public.HTML)) != 3 || len(traces(c, item.Public.JSON)) != 3 || len(traces(c, item.Own)) != 3 || item.Owner != c.Visitor {
			t.Errorf("published, but not told: %s", public)
		}
		return
	}
	if found := traces(c, []byte(public)); len(found) > 0 {
		t.Errorf("%s, shown %t: everyone gets %v in %s", c.State, c.Shown, found, public)
	}
	if c.State != blog.Pending {
		if item.Owner != "" || item.Own != nil {
			t.Errorf("%s: its writer gets %s", c.State, item.Own)
		}
		return
	}
	if item.Owner != c.Visitor || len(traces(c, item.Own)) != 3 {
		t.Errorf("pending: its writer %q gets %s", item.Owner, item.Own)
	}
	if c.Edits == 0 && c.Replies == 0 && !c.Shown && strings.Contains(public, c.ID) {
		t.Errorf("never seen, but told of: %s", public)
	}
}

func TestARemovalTakesTheElementAwayUnlessItHasReplies(t *testing.T) {
	gone := blog.Comment{ID: "gonegonegonegone", Key: "1", Rev: 1, State: blog.Hidden, Body: "x"}
	kept := blog.Comment{ID: "keptkeptkeptkept", Key: "2", Rev: 2, State: blog.Deleted, Shown: true, Replies: 1}
	got, err := sourceOf(t, blog.Changes{Head: blog.Head{PostID: "p", Epoch: "e", Rev: 2}, Comments: []blog.Comment{gone, kept}}).Changes(t.Context(), "p", 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		item := got.Items[i]
		if !strings.Contains(string(item.Public.JSON), `"kind":"removed"`) || strings.Contains(string(item.Public.HTML), "data-gone") != want {
			t.Errorf("%s\n%s", item.Public.JSON, item.Public.HTML)
		}
	}
}

func TestTheSourceTellsWhatItCannotCarry(t *testing.T) {
	s := sourceOf(t, blog.Changes{Head: blog.Head{PostID: "p", Epoch: "e", Rev: 500}, TooMany: true})
	got, err := s.Changes(t.Context(), "p", 1)
	if err != nil || !got.TooMany || len(got.Items) != 0 || got.Head.Rev != 500 {
		t.Errorf("%+v, %v", got, err)
	}
	m := s.Reload(got.Head, 1500*time.Millisecond)
	if !strings.Contains(string(m.HTML), `data-reload="1500"`) || !strings.Contains(string(m.HTML), `data-need="e.500"`) ||
		string(m.JSON) != `{"rev":500,"cursor":"e.500","kind":"reload"}` {
		t.Errorf("%s\n%s", m.HTML, m.JSON)
	}
}

func TestHeadsLeaveOutWhatIsUnknown(t *testing.T) {
	s := sourceOf(t, blog.Changes{Head: blog.Head{PostID: "p", Epoch: "e", Rev: 7}})
	heads, err := s.Heads(t.Context(), []string{"p", "nope", "desk"})
	if err != nil || len(heads) != 2 || heads["p"] != (realtime.Head{Epoch: "e", Rev: 7}) {
		t.Errorf("%+v, %v", heads, err)
	}
	desk := heads["desk"]
	changes, err := s.Changes(t.Context(), "desk", desk.Rev)
	if err != nil || changes.Head != desk || len(changes.Items) != 0 {
		t.Errorf("%+v, %v", changes, err)
	}
}

func BenchmarkOneChange(b *testing.B) {
	c := blog.Comment{
		ID: "id00000000000001", Key: "1", Seq: 1, Rev: 1, State: blog.Published, Shown: true, Name: "Ann", Visitor: "v",
		Body: "Some *words* with `code` and a [link](https://example.org).\n\n> A quote, and more words below it.\n\nThe end.", CreatedAt: time.Now(),
	}
	s := sourceOf(b, blog.Changes{Head: blog.Head{PostID: "p", Epoch: "e", Rev: 1}, Comments: []blog.Comment{c}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Changes(b.Context(), "p", 0); err != nil {
			b.Fatal(err)
		}
	}
}
