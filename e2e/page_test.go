package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// The post of the embedded content under which most tests comment.
const (
	slug = "what-vang-is"
	path = "/blog/" + slug
)

// The parts of a discussion's page that tests look at.
const (
	bodyField = "#comment-form [name=body]"
	nameField = "#comment-form [name=name]"
	submit    = "#comment-form form.comment-form button[type=submit]"
	shown     = "#comment-list > li:not([data-gone])"
)

func item(id string) string { return "#c-" + id }

// openLive opens a page of a discussion and waits until it says that it is live.
func openLive(t *testing.T, r *browser.Reader, url string) *browser.Tab {
	t.Helper()
	p := r.Tab(t)
	p.Open(url)
	waitLive(p)
	return p
}

// waitLive waits until the page says that it is live.
func waitLive(p *browser.Tab) {
	p.Wait("the page is live", says("live"))
}

// says is the page's status being one of the words that it has for it: "live", "reconnecting", "offline".
func says(state string) string {
	return "document.documentElement.dataset.state==='" + state + "'&&document.querySelector('.status ." + state + "').checkVisibility()"
}

// write fills the form in and sends it. An empty name leaves what stands there.
func write(p *browser.Tab, name, body string) {
	p.Fill(bodyField, body)
	if name != "" {
		p.Fill(nameField, name)
	}
	p.Click(submit)
}

// idOf waits for the comment that reads text, and tells its id.
func idOf(p *browser.Tab, text string) string {
	find := "[...document.querySelectorAll('" + shown + "')].find(e=>e.querySelector('.said')?.innerText.includes(" + browser.Quote(text) + "))"
	p.Wait("there is a comment that reads "+text, find)
	return browser.Eval[string](p, find+".id.slice(2)")
}

// ids are the comments that the page shows, in its order.
func ids(p *browser.Tab) []string {
	return browser.Eval[[]string](p, "[...document.querySelectorAll('"+shown+"')].map(e=>e.id.slice(2))")
}

// words are the first lines of the comments that the page shows, in its order.
func words(p *browser.Tab) []string {
	return browser.Eval[[]string](p, "[...document.querySelectorAll('"+shown+"')].map(e=>(e.querySelector('.said')??e).innerText.trim().split('\\n')[0])")
}

// waitWords waits until the page shows exactly these comments, in this order.
func waitWords(t *testing.T, p *browser.Tab, want ...string) {
	t.Helper()
	var got []string
	for begin := time.Now(); time.Since(begin) < browser.Patience; time.Sleep(10 * time.Millisecond) {
		if got = words(p); slices.Equal(got, want) {
			return
		}
	}
	t.Fatalf("comments of the page (-want +got):\n%s", cmp.Diff(want, got))
}

// whole checks that no comment stands twice in the page and that all stand in the order of their keys.
func whole(t *testing.T, p *browser.Tab) {
	t.Helper()
	type row struct{ ID, Key string }
	rows := browser.Eval[[]row](p, "[...document.querySelectorAll('#comment-list > li')].map(e=>({ID:e.id,Key:e.dataset.k}))")
	newest := p.Attr("#comment-list", "data-order") == "newest"
	seen := map[string]bool{}
	for i, r := range rows {
		if seen[r.ID] {
			t.Errorf("%s stands twice in the page", r.ID)
		}
		seen[r.ID] = true
		if i > 0 && !before(rows[i-1].Key, r.Key, newest) {
			t.Errorf("%s stands before %s", rows[i-1].Key, r.Key)
		}
	}
	if n := browser.Eval[int](p, "(all=>all.length-new Set(all).size)([...document.querySelectorAll('[id]')].map(e=>e.id))"); n > 0 {
		t.Errorf("%d ids stand twice in the page", n)
	}
}

// before tells whether key a stands before b: thread order, the newest thread first if newest.
func before(a, b string, newest bool) bool {
	as, bs := numbers(a), numbers(b)
	if newest && as[0] != bs[0] {
		return as[0] > bs[0]
	}
	return slices.Compare(as, bs) < 0
}

func numbers(key string) []int {
	var out []int
	for part := range strings.SplitSeq(key, ".") {
		n := 0
		_, _ = fmt.Sscanf(part, "%d", &n) // what is none stays 0 and sorts wrong
		out = append(out, n)
	}
	return out
}

// seed posts comments with a program, named after their text.
func seed(t *testing.T, c *site.Client, parent string, bodies ...string) []site.Comment {
	t.Helper()
	var out []site.Comment
	for _, body := range bodies {
		out = append(out, c.Post(t, site.Draft{Post: slug, ParentID: parent, Body: body, Author: site.Author{Name: "Seeder"}}))
	}
	return out
}

// mark makes the page recognisable: it is gone once the page is loaded anew.
func mark(p *browser.Tab) { p.Run("window.samePage=true") }

func unloaded(t *testing.T, p *browser.Tab) {
	t.Helper()
	if !browser.Eval[bool](p, "window.samePage===true") {
		t.Error("the page was loaded anew")
	}
}

// half types the beginning of a comment and puts the selection into it.
func half(p *browser.Tab, text string) {
	p.Fill(bodyField, text)
	p.Run("document.activeElement.setSelectionRange(2,5)")
}

// writing is what must stay as it is while others comment.
type writing struct {
	Text       string
	Start, End int
	Focus      string
	Top        int // of the field in the window
}

func writingNow(p *browser.Tab) writing {
	return browser.Eval[writing](p, `(()=>{const e=document.querySelector("`+bodyField+`");
		return{Text:e.value,Start:e.selectionStart,End:e.selectionEnd,Focus:document.activeElement.id,Top:Math.round(e.getBoundingClientRect().top)}})()`)
}

// undisturbed checks that the half-typed text, the selection, the focus and the place in the window are as they were.
func undisturbed(t *testing.T, p *browser.Tab, was writing) {
	t.Helper()
	now := writingNow(p)
	if d := now.Top - was.Top; d >= -1 && d <= 1 {
		now.Top = was.Top
	}
	if diff := cmp.Diff(was, now); diff != "" {
		t.Errorf("what was being written was disturbed (-was +is):\n%s", diff)
	}
}
