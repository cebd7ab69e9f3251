package e2e

import (
	"fmt"
	"strings"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

func TestEverythingWorksWithoutScript(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	p := reader(t, browser.WithoutScript).Tab(t)
	p.Open(s.URL + "/en/")
	p.Follow(`.entry a[href="` + path + `"]`)

	write := func(name, body string) { // the mouse alone sends a form here
		p.Fill(bodyField, body)
		p.Fill(nameField, name)
		p.Follow(submit)
	}
	write("", "A text without a name")
	if got := p.Value(bodyField); got != "A text without a name" {
		t.Errorf("the form came back with %q", got)
	}
	if got := p.Text("#f-name-error"); got != "Please give a name. It need not be your real one." {
		t.Errorf("beside the name stands %q", got)
	}
	write("An", "A text without a name")
	id := idOf(p, "A text without a name")
	if !strings.Contains(p.Location(), "at="+id) || !strings.HasSuffix(p.Location(), "#c-"+id) {
		t.Errorf("the writer is at %s", p.Location())
	}
	if got := p.Value(nameField); got != "An" {
		t.Errorf("the form remembers %q", got)
	}

	p.Follow(item(id) + " .reply")
	if got := p.Text("#form-title"); got != "Reply to An" {
		t.Errorf("the form is titled %q", got)
	}
	write("An", "A reply")
	waitWords(t, p, "A text without a name", "A reply")
	reply := idOf(p, "A reply")

	p.Follow(item(reply) + " .own a[href$='/edit']")
	p.Fill(".edit-form [name=body]", "")
	p.Follow(".edit-form button[type=submit]")
	if got := p.Text(".edit-form .wrong"); got != "Please write something." {
		t.Errorf("beside the empty text stands %q", got)
	}
	p.Fill(".edit-form [name=body]", "A reply, changed")
	p.Follow(".edit-form button[type=submit]")
	waitWords(t, p, "A text without a name", "A reply, changed")
	p.SeeText("#notice", "Your change is saved.")

	p.Follow(item(reply) + " .own a[href$='/delete']")
	p.SeeText("h1", "Delete your comment?")
	p.Follow("form a.cancel")
	waitWords(t, p, "A text without a name", "A reply, changed")
	p.Follow(item(reply) + " .own a[href$='/delete']")
	p.Follow("form button.danger")
	waitWords(t, p, "A text without a name")
	p.SeeText("#notice", "Your comment is deleted.")

	p.Follow(".forget button")
	if got := p.Value(nameField); got != "" {
		t.Errorf("after being forgotten the form holds %q", got)
	}
	if p.Has(".own") {
		t.Error("a forgotten writer still has controls")
	}
}

func TestPagesAreTurnedWithoutScript(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	for i := range 120 {
		seed(t, client, "", fmt.Sprintf("Number %d", i+1))
	}
	p := reader(t, browser.WithoutScript).Tab(t)
	p.Open(s.URL + path)
	check := func(first, last string, n int) {
		t.Helper()
		got := words(p)
		if len(got) != n || got[0] != first || got[n-1] != last {
			t.Errorf("the page shows %d comments from %q to %q; %d from %q to %q were due", len(got), got[0], got[len(got)-1], n, first, last)
		}
	}
	check("Number 1", "Number 50", 50)
	p.Follow("#comment-pages [rel=next]")
	check("Number 51", "Number 100", 50)
	p.Follow("#comment-pages [rel=next]")
	check("Number 101", "Number 120", 20)
	if p.Has("#comment-pages [rel=next]") {
		t.Error("there is a page after the last")
	}
	p.Follow("#comment-pages [rel=prev]")
	check("Number 51", "Number 100", 50)
	p.Follow("#comment-pages [rel=prev]")
	check("Number 1", "Number 50", 50)
	p.Follow(".orders a:not([aria-current])")
	check("Number 120", "Number 71", 50)
	p.Follow("#comment-pages [rel=next]")
	check("Number 70", "Number 21", 50)
}
