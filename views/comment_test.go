package views

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"vang/blog"
)

func TestACommentHasTheSameBytesWhereverItAppears(t *testing.T) {
	for _, own := range []bool{false, true} {
		c := sampleComment("abc", "3.12", blog.Published)
		c.Own = own
		item := render(t, CommentItem(blog.Vietnamese, c))
		d := sampleDiscussion(blog.Vietnamese)
		d.Comments = []Comment{c}
		for name, page := range map[string]string{
			"page":   render(t, Article(PostPage{Frame: sampleFrame(blog.Vietnamese), Post: samplePost(blog.Vietnamese), Discussion: &d})),
			"reload": render(t, CommentList(d)),
			"answer": render(t, PostedAnswer(Posted{Lang: blog.Vietnamese, Comment: c})),
			"edit":   render(t, EditedAnswer(Posted{Lang: blog.Vietnamese, Comment: c})),
			"push":   render(t, PushFrame(Push{Lang: blog.Vietnamese, Comments: []Comment{c}})),
		} {
			if !strings.Contains(page, item) {
				t.Errorf("the comment differs in the %s (own: %v)", name, own)
			}
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	mine := func(c Comment) Comment { c.Own = true; return c }
	for _, tt := range []struct {
		name string
		c    Comment
		want []string
		not  []string
	}{
		{"published", sampleComment("a", "1", blog.Published), []string{"<p>16</p>", `class="reply"`, `data-rev="17"`}, []string{"data-until", "data-gone"}},
		{"one's own", mine(sampleComment("a", "1", blog.Published)), []string{"data-until", "/comments/a/edit", "/comments/a/delete"}, nil},
		{"held, for others", sampleComment("a", "1", blog.Pending), []string{"data-gone"}, []string{"<p>16</p>", "13"}},
		{"held, for its writer", mine(sampleComment("a", "1", blog.Pending)), []string{"<p>16</p>", `class="held"`, "data-until"}, []string{`class="reply"`}},
		{"deleted, with replies", sampleComment("a", "1", blog.Deleted), []string{`class="erased"`}, []string{"<p>16</p>", ">13<", "data-until"}},
		{"hidden, with replies", mine(sampleComment("a", "1", blog.Hidden)), []string{`class="erased"`}, []string{"<p>16</p>", ">13<", "data-until"}},
	} {
		got := render(t, CommentItem(blog.English, tt.c))
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s in %s", tt.name, want, got)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(got, not) {
				t.Errorf("%s: %s in %s", tt.name, not, got)
			}
		}
	}
	hidden := sampleComment("a", "1", blog.Hidden)
	hidden.Shown = false
	if got := render(t, CommentItem(blog.English, hidden)); !strings.Contains(got, "data-gone") {
		t.Errorf("hidden without replies: %s", got)
	}
}

func TestTheSlotStandsBesideWhatIsReplaced(t *testing.T) {
	li := find(parse(t, CommentItem(blog.English, sampleComment("abc", "3.12.40", blog.Published))), named("li"))[0]
	if class, _ := attr(li, "class"); class != "comment d2" {
		t.Errorf("class is %q", class)
	}
	if k, _ := attr(li, "data-k"); k != "3.12.40" {
		t.Errorf("key is %q", k)
	}
	if li.FirstChild.Data != "article" {
		t.Errorf("the script replaces the first child, which is <%s>", li.FirstChild.Data)
	}
	slot := find(li, func(n *html.Node) bool { id, _ := attr(n, "id"); return id == "s-abc" })
	if len(slot) != 1 || slot[0].Parent != li {
		t.Errorf("the slot is not a child of the item")
	}
}

func TestOwnControlsEndWithTheWindow(t *testing.T) {
	c := sampleComment("abc", "1", blog.Published)
	c.Own = true
	own := find(parse(t, CommentItem(blog.English, c)), func(n *html.Node) bool { class, _ := attr(n, "class"); return class == "own" })[0]
	want := i64(noon.Add(15 * time.Minute).UnixMilli())
	if until, _ := attr(own, "data-until"); until != want {
		t.Errorf("until %s, want %s", until, want)
	}
}

func TestMonogram(t *testing.T) {
	for name, want := range map[string]string{
		"Đỗ Huy": "Đ", "ánh": "Á", "a\u0302\u0301nh": "A\u0302\u0301", "李小龍": "李", "": "?", "  ": "?", " zoë": "Z",
		"🇻🇳 Nam": "🇻🇳", "👩‍🚀 Mai": "👩‍🚀", "👍🏽": "👍🏽", "1": "1",
	} {
		if got := Monogram(name); got != strings.ToUpper(want) {
			t.Errorf("Monogram(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestHueIsOneOfTwelveAndStable(t *testing.T) {
	if Hue("Lan") != Hue("lan") {
		t.Error("the case of a name changes its colour")
	}
	seen := map[int]bool{}
	for i := range 200 {
		h := Hue(itoa(i))
		if h < 0 || h > 11 {
			t.Fatalf("Hue = %d", h)
		}
		seen[h] = true
	}
	if len(seen) != 12 {
		t.Errorf("%d of 12 colours used", len(seen))
	}
	c := sampleComment("a", "1", blog.Published)
	for _, hue := range []int{-1, 12, 1000} {
		c.Hue = hue
		if got := c.hue(); got < 0 || got > 11 {
			t.Errorf("hue %d drawn as %d", hue, got)
		}
	}
}
