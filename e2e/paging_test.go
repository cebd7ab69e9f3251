package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// long is a discussion of 120 threads, too long for one page.
func long(t *testing.T) (*site.Server, *site.Client, []site.Comment) {
	t.Helper()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	var all []site.Comment
	for i := range 120 {
		all = append(all, seed(t, client, "", fmt.Sprintf("Number %d", i+1))...)
	}
	return s, client, all
}

func TestAPageTakesWhatBelongsToIt(t *testing.T) {
	t.Parallel()
	s, client, all := long(t)
	p := openLive(t, reader(t), s.URL+path)
	mark(p)
	if got := len(ids(p)); got != 50 {
		t.Fatalf("the first page shows %d comments", got)
	}
	p.SeeText("#comments-title", "120 comments")

	// A new thread belongs to the last page: here only the counts change.
	seed(t, client, "", "Number 121")
	p.SeeText("#comments-title", "121 comments")
	p.SeeText("#news", "1 new comment")
	// A reply to a comment that is not shown here neither.
	hidden := seed(t, client, all[59].ID, "A reply on the second page")[0]
	p.SeeText("#comments-title", "122 comments")
	p.SeeText("#news", "2 new comments")
	if p.Has(item(hidden.ID)) {
		t.Error("a reply to a comment of another page is shown")
	}
	if got := len(ids(p)); got != 50 {
		t.Errorf("the page now shows %d comments", got)
	}
	// A reply to one that is shown has its place.
	here := seed(t, client, all[9].ID, "A reply on the first page")[0]
	p.See(item(here.ID))
	got := ids(p)
	if i := slices.Index(got, here.ID); i < 1 || got[i-1] != all[9].ID {
		t.Errorf("the reply stands at %d, its parent at %d", i, slices.Index(got, all[9].ID))
	}
	whole(t, p)
	unloaded(t, p)

	// The way to what is new leads there.
	p.Follow("#news")
	p.Wait("the new comment is shown", "document.querySelector(':target')")
	if got := p.Text(":target .said"); got != "Number 121" && got != "A reply on the second page" {
		t.Errorf("the way to what is new leads to %q", got)
	}
}

func TestAWriterSeesTheirOwnWhereverItStands(t *testing.T) {
	t.Parallel()
	s, _, _ := long(t)
	p := openLive(t, reader(t), s.URL+path)
	write(p, "An", "Number 121, mine")
	id := idOf(p, "Number 121, mine")
	p.Wait("the writer is at their comment", "document.querySelector(':target')?.id==='c-"+id+"'")
	waitLive(p)
	whole(t, p)
	if got := words(p); got[len(got)-1] != "Number 121, mine" || p.Has("#comment-pages [rel=next]") {
		t.Errorf("the last page ends with %q", got[len(got)-1])
	}
}

func TestNewestFirst(t *testing.T) {
	t.Parallel()
	s, client, all := long(t)
	p := openLive(t, reader(t), s.URL+path+"?sort=newest")
	mark(p)
	fresh := seed(t, client, "", "Number 121")[0]
	p.See(item(fresh.ID))
	reply := seed(t, client, all[118].ID, "A reply to 119")[0]
	p.See(item(reply.ID))
	got := words(p)
	want := []string{"Number 121", "Number 120", "Number 119", "A reply to 119", "Number 118"}
	if !slices.Equal(got[:5], want) {
		t.Errorf("the page begins with %q", got[:5])
	}
	whole(t, p)
	unloaded(t, p)
}

func TestAPermalinkOpensTheRightPage(t *testing.T) {
	t.Parallel()
	s, client, all := long(t)
	reply := seed(t, client, all[76].ID, "A reply to 77")[0]
	for _, c := range []site.Comment{all[0], all[49], all[50], reply, all[119]} {
		p := reader(t).Tab(t)
		p.Open(s.URL + path + "?at=" + url.QueryEscape(c.ID) + "#c-" + c.ID)
		p.Wait("the comment is pointed at", "document.querySelector(':target')?.id==='c-"+c.ID+"'")
		style := func(selector string) string {
			return browser.Eval[string](p, "(s=>s.backgroundColor+s.boxShadow+s.outline+s.borderColor)(getComputedStyle(document.querySelector("+browser.Quote(selector)+")))")
		}
		other := shown + ":not(:target)"
		if style(":target")+style(":target > .remark") == style(other)+style(other+" > .remark") {
			t.Error("the comment that the address points at looks like any other")
		}
		in := browser.Eval[bool](p, "(r=>r.top>=0&&r.top<innerHeight)(document.querySelector(':target').getBoundingClientRect())")
		if !in {
			t.Errorf("%s is not in view", c.ID)
		}
		whole(t, p)
	}
}

func TestALateAnswerDoesNotUndoAnEdit(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	proxy := site.NewProxy(t, s.Addr)
	an := reader(t)
	p := openLive(t, an, proxy.URL+path)
	write(p, "An", "Before") // from here on An has a session, so that the push brings An's own view
	idOf(p, "Before")
	p.Wait("the answer is there", "document.querySelector('"+bodyField+"').value===''")
	waitLive(p)

	caught, release := proxy.Hold("POST " + path + "/comments")
	write(p, "", "Slow")
	select {
	case <-caught:
	case <-time.After(browser.Patience):
		t.Fatal("the comment was not sent")
	}
	id := idOf(p, "Slow") // by the push: the answer is held back
	q := an.Tab(t)
	q.Open(s.URL + path) // another origin for the browser, but the same host: the same jar
	edit(t, q, id, "Slow, but changed")
	p.SeeText(item(id)+" .said", "Slow, but changed")
	release()
	p.Wait("the answer is there", "document.querySelector('"+bodyField+"').value===''")
	p.Never(300*time.Millisecond, "the late answer undid the edit", "!document.querySelector('"+item(id)+" .said').innerText.includes('changed')")
	whole(t, p)
}

// edit changes a comment through its own controls.
func edit(t *testing.T, p *browser.Tab, id, text string) {
	t.Helper()
	p.Click(item(id) + " .own a[href$='/edit']")
	p.Fill(item(id)+" form [name=body]", text)
	p.Click(item(id) + " form button[type=submit]")
	p.SeeText(item(id)+" .said", text)
}
