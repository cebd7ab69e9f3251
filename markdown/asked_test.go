package markdown

import (
	"fmt"
	"strings"
	"testing"

	"vang/blog"
)

// town is Surroundings for tests: maps from targets to what they mean. It counts what it is asked.
type town struct {
	links    map[string][2]string
	pictures map[string]blog.Picture
	includes map[string]string
	params   map[string]string
	asked    int
}

func (w *town) Link(_, target string) (url, title string, ok bool) {
	w.asked++
	l, ok := w.links[target]
	return l[0], l[1], ok
}

func (w *town) Picture(_, src string) (blog.Picture, bool) {
	w.asked++
	p, ok := w.pictures[src]
	return p, ok
}

func (w *town) Include(_, name string) ([]byte, bool) {
	w.asked++
	text, ok := w.includes[name]
	return []byte(text), ok
}

func (w *town) Param(_, name string) (string, bool) {
	w.asked++
	value, ok := w.params[name]
	return value, ok
}

func TestAnswersAreKeptAsLongAsTheyHold(t *testing.T) {
	full := func() *town {
		return &town{
			links:    map[string][2]string{"b.md": {"/blog/b", "B"}},
			pictures: map[string]blog.Picture{"x.png": {Src: "/x", Width: 1, Sources: []blog.PictureSource{{Type: "image/avif", Srcset: "/y"}}}},
			includes: map[string]string{"f": "text"},
			params:   map[string]string{"math": "true"},
		}
	}
	a := newAsked(full(), "a.md")
	a.Link("b.md")
	a.Link("gone.md")
	a.Picture("x.png")
	a.Include("f")
	a.Param("math")
	if !a.holds(full()) {
		t.Fatal("the same answers from another place do not hold")
	}
	for name, change := range map[string]func(*town){
		"address":     func(w *town) { w.links["b.md"] = [2]string{"/blog/c", "B"} },
		"title":       func(w *town) { w.links["b.md"] = [2]string{"/blog/b", "C"} },
		"moved sign":  func(w *town) { w.links["b.md"] = [2]string{"/blog/bB", ""} },
		"found":       func(w *town) { w.links["gone.md"] = [2]string{"/blog/g", ""} },
		"lost":        func(w *town) { delete(w.links, "b.md") },
		"width":       func(w *town) { w.pictures["x.png"] = blog.Picture{Src: "/x", Width: 2} },
		"source":      func(w *town) { w.pictures["x.png"].Sources[0].Srcset = "/z" },
		"include":     func(w *town) { w.includes["f"] = "other" },
		"param":       func(w *town) { w.params["math"] = "false" },
		"param gone":  func(w *town) { delete(w.params, "math") },
		"empty param": func(w *town) { w.params["math"] = "" },
	} {
		w := full()
		change(w)
		if a.holds(w) {
			t.Errorf("%s: an answer changed and was not noticed", name)
		}
	}
	if a.holds(nil) {
		t.Error("nothing is found any more, and that was not noticed")
	}
}

// TestOnlyWhatChangedIsRenderedAgain holds the promise to readers (no stale link) and to operators (no needless work).
func TestOnlyWhatChangedIsRenderedAgain(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	loaded := 0
	render := func(w *town) string {
		t.Helper()
		load := func() ([]byte, error) { loaded++; return []byte("[x](b.md) ![p](x.png)"), nil }
		doc, _, err := a.RenderKeyed(t.Context(), "key", load, DocOptions{Path: "a.md", Surroundings: w})
		if err != nil {
			t.Fatal(err)
		}
		return doc.HTML
	}
	w := func(url string, width int) *town {
		return &town{links: map[string][2]string{"b.md": {url, "B"}}, pictures: map[string]blog.Picture{"x.png": {Src: "/x", Width: width, Height: 1}}}
	}
	for _, c := range []struct {
		url    string
		width  int
		loaded int
	}{{"/b", 1, 1}, {"/b", 1, 1}, {"/c", 1, 2}, {"/c", 2, 3}, {"/c", 2, 3}} {
		html := render(w(c.url, c.width))
		if loaded != c.loaded || !strings.Contains(html, `href="`+c.url+`"`) || !strings.Contains(html, fmt.Sprintf(`width="%d"`, c.width)) {
			t.Errorf("%+v: rendered %d times: %s", c, loaded, html)
		}
	}
	other := a.cache.used.Len()
	if _, _, err := a.RenderKeyed(t.Context(), "key", func() ([]byte, error) { return []byte("[x](b.md)"), nil }, DocOptions{Path: "deep/a.md"}); err != nil || a.cache.used.Len() != other+1 {
		t.Errorf("the same text at another path means other files: %v", err)
	}
}
