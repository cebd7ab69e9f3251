package views

import (
	"strings"
	"testing"
	"time"

	"vang/blog"
)

func TestOnlyPushesAndListsMoveTheCursor(t *testing.T) {
	c := sampleComment("abc", "1", blog.Published)
	push := render(t, PushFrame(Push{Lang: blog.English, Cursor: "e.18", Total: 2, Comments: []Comment{c}}))
	for _, want := range []string{`data-cursor="e.18"`, `data-total="2 comments"`, `data-hx-swap-oob="vang target:#comment-list strip:false"`} {
		if !strings.Contains(push, want) {
			t.Errorf("push has no %s: %s", want, push)
		}
	}
	if strings.Contains(push, "data-closed") {
		t.Error("an open discussion is pushed as closed")
	}
	if closed := render(t, PushFrame(Push{Lang: blog.English, ReadOnly: true})); !strings.Contains(closed, "data-closed") {
		t.Error("a closed discussion is pushed as open")
	}
	for _, answer := range []string{
		render(t, PostedAnswer(Posted{Lang: blog.English, Comment: c})), render(t, EditedAnswer(Posted{Lang: blog.English, Comment: c})),
	} {
		if strings.Contains(answer, "data-cursor") || !strings.Contains(answer, `data-mine="/blog/7?at=abc#c-abc"`) {
			t.Errorf("answer: %s", answer)
		}
	}
	list := render(t, CommentList(sampleDiscussion(blog.English)))
	for _, want := range []string{`data-whole="true"`, `data-cursor="0.17"`, `data-from="1"`, `data-until="9"`, `data-order="oldest"`, `id="comment-pages"`} {
		if !strings.Contains(list, want) {
			t.Errorf("list has no %s: %s", want, list)
		}
	}
}

func TestAReloadSaysWhenAndHowFar(t *testing.T) {
	got := render(t, ReloadFrame(blog.English, "e.99", 1500*time.Millisecond))
	if !strings.Contains(got, `data-reload="1500"`) || !strings.Contains(got, `data-need="e.99"`) {
		t.Errorf("reload: %s", got)
	}
}

// A message of our script's is told from a foreign page by these words: see fail in static/src/vang.js.
func TestAnswersAreKnownToTheScript(t *testing.T) {
	for name, c := range samples(blog.English) {
		switch name {
		case "list", "form", "posted", "edited", "edit form":
			got := render(t, c)
			if !strings.Contains(got, "comment-") || strings.Contains(got, "<html") {
				t.Errorf("%s would be taken for a proxy's error page: %s", name, got)
			}
		}
	}
}
