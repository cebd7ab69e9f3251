package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/markdown"
	"vang/views"
)

func testRemarks() *Remarks { return NewRemarks(markdown.NewStranger()) }

// afresh is v drawn without anything that was drawn before.
func afresh(t *testing.T, lang blog.Lang, v views.Comment) string {
	t.Helper()
	v.Drawn = ""
	var b strings.Builder
	if err := views.CommentItem(lang, v).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestARemarkIsDrawnAnewForWhateverItShows(t *testing.T) {
	m, now := testRemarks(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	rendered := 0
	html := m.html
	m.html = func(body string) string { rendered++; return html(body) }
	c := blog.Comment{
		ID: "id", Key: "1", Seq: 1, Rev: 1, State: blog.Published, Shown: true, Name: "An", URL: "https://a.example", Body: "one *word*",
		Visitor: "v", CreatedAt: now,
	}
	changes := []func(){
		func() {},
		func() { c.Rev++ },
		func() { c.Key = "1.2" },
		func() { c.Name = "Bình" },
		func() { c.URL = "" },
		func() { c.EditedAt = now },
		func() { c.Body = "two *words*" },
		func() { c.CreatedAt = now.Add(-time.Minute) },
		func() { c.State = blog.Pending },
		func() { c.Shown = false },
		func() { c.State = blog.Deleted },
		func() { c.Shown = true },
	}
	for i, change := range changes {
		change()
		for range 2 {
			for _, lang := range []blog.Lang{"en", "vi"} {
				for _, slug := range []string{"a", "b"} {
					for _, viewer := range []string{"", "v", "w"} {
						v := m.view(lang, c, slug, viewer, now)
						if want := afresh(t, lang, v); v.Drawn != want {
							t.Errorf("after change %d, %s %s for %q: %s\nwant %s", i, lang, slug, viewer, v.Drawn, want)
						}
					}
				}
			}
		}
	}
	if rendered != 2 {
		t.Errorf("two texts were rendered %d times", rendered)
	}
}

func TestARemarkIsDrawnOnceForPagesAndPushes(t *testing.T) {
	m, now := testRemarks(), time.Now()
	c := blog.Comment{ID: "id", Key: "1", Rev: 1, State: blog.Published, Shown: true, Name: "An", Body: "word", CreatedAt: now}
	first := m.view("en", c, "a", "", now)
	m.html = func(string) string { t.Error("rendered again"); return "" }
	if again := m.view("en", c, "a", "w", now.Add(time.Hour)); again != first {
		t.Errorf("%+v\n%+v", again, first)
	}
	if m.body(c) != first.HTML {
		t.Error("programs get another text")
	}
}

func TestRemarksAreBounded(t *testing.T) {
	m, now := testRemarks(), time.Now()
	for i := range 2000 {
		c := blog.Comment{ID: fmt.Sprint(i), Key: "1", Rev: 1, State: blog.Published, Shown: true, Body: strings.Repeat("word ", 2000), CreatedAt: now}
		m.view("en", c, "a", "", now)
	}
	if n := len(m.drawn.byKey); m.drawn.used > remarkBytes || n != m.drawn.order.Len() || n == 0 || n == 2000 {
		t.Errorf("%d bytes in %d entries", m.drawn.used, n)
	}
}
