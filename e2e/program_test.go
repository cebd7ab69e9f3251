package e2e

import (
	"context"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/site"
)

func TestAProgramFollowsADiscussion(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	seed(t, client, "", "Before")
	cursor := client.Cursor(t, slug)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	next := func(l *site.Live, kind, id string) site.Event {
		t.Helper()
		e, err := l.Next(ctx)
		if err != nil {
			t.Fatalf("waiting for %s of %s: %v", kind, id, err)
		}
		if e.Kind != kind || e.Comment.ID != id {
			t.Fatalf("got %s of %s, %s of %s was due", e.Kind, e.Comment.ID, kind, id)
		}
		return e
	}
	live := client.Listen(t, slug, cursor)
	one := seed(t, client, "", "One")[0]
	first := next(live, "comment", one.ID)

	// A form's comment comes the same way.
	p := openLive(t, reader(t), s.URL+path)
	write(p, "An", "From a form")
	second := next(live, "comment", idOf(p, "From a form"))
	if second.Rev <= first.Rev {
		t.Errorf("revs do not rise: %d, then %d", first.Rev, second.Rev)
	}

	// What a crash cuts off is there for whoever comes back with the old cursor, once.
	s.Restart(t)
	if _, err := live.Next(ctx); err == nil {
		t.Error("the socket outlived its server")
	}
	two := seed(t, client, "", "Two")[0]
	again := client.Listen(t, slug, cursor)
	next(again, "comment", one.ID)
	next(again, "comment", second.Comment.ID)
	next(again, "comment", two.ID)
	client.Send(t, "DELETE", "/api/comments/"+one.ID, nil, map[string][]string{"If-Match": {"*"}})
	e, err := again.Next(ctx)
	if err != nil || e.Kind != "removed" {
		t.Errorf("after the deletion: %q, %v", e.Kind, err)
	}
	p.WaitFor(browser.Patience, "the open page follows too", "!document.querySelector('"+item(one.ID)+"')")
}
