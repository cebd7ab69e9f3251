package e2e

import (
	"fmt"
	"testing"
	"time"

	"vang/e2e/site"
)

func TestWhatAnOperatorDoesReachesOpenPages(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	one := seed(t, client, "", "One", "Two")[0]
	p := openLive(t, reader(t), s.URL+path)
	mark(p)
	half(p, "Nửa câu")
	was := writingNow(p)
	admin := func(args ...string) {
		t.Helper()
		site.Run(t, append([]string{"admin", "--database", "sqlite:" + s.Database}, args...)...)
	}
	admin("hide", one.ID)
	waitWords(t, p, "Two")
	admin("show", one.ID)
	waitWords(t, p, "One", "Two")
	undisturbed(t, p, was)

	admin("close", slug)
	p.Wait("the page says that the discussion is closed", "!document.querySelector('#closed').hidden")
	p.Fill(nameField, "An")
	p.Click(submit)
	p.SeeText("#comment-form .problem", "This discussion is closed")
	if got := p.Value(bodyField); got != "Nửa câu" {
		t.Errorf("the text is now %q", got)
	}
	admin("open", slug)
	p.Wait("the discussion is open again", "document.querySelector('#closed').hidden")

	before := p.Value("#cursor")
	admin("new-epoch")
	p.Wait("the page has the new epoch", "document.querySelector('#cursor').value.split('.')[0]!=='"+before[:16]+"'")
	seed(t, client, "", "Three")
	waitWords(t, p, "One", "Two", "Three")
	p.Click(submit)
	waitWords(t, p, "One", "Two", "Three", "Nửa câu")
	whole(t, p)
	unloaded(t, p)
}

func TestAWideGapLoadsTheListAnew(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	proxy := site.NewProxy(t, s.Addr)
	old := seed(t, client, "", "One", "Two", "Three")
	p := openLive(t, reader(t), proxy.URL+path)
	p.Allow(outage)
	mark(p)
	half(p, "Nửa câu")
	was := writingNow(p)
	proxy.Refuse()
	p.Wait("the page says that it reconnects", says("reconnecting"))
	match := map[string][]string{"If-Match": {"*"}}
	client.Send(t, "PATCH", "/api/comments/"+old[0].ID, map[string]string{"body": "One, changed"}, match)
	client.Send(t, "DELETE", "/api/comments/"+old[1].ID, nil, match)
	for i := range 400 { // more than a replay carries
		seed(t, client, "", fmt.Sprintf("Number %d", i+1))
	}
	proxy.Accept()
	p.WaitFor(30*time.Second, "the page is whole", "document.querySelectorAll('"+shown+"').length===50")
	p.SeeText(item(old[0].ID)+" .said", "One, changed")
	p.SeeText("#comments-title", "402 comments")
	if got := words(p); got[1] != "Three" || got[49] != "Number 48" {
		t.Errorf("the page shows %q ... %q", got[:3], got[49])
	}
	p.See("#comment-pages [rel=next]")
	waitLive(p)
	reply := seed(t, client, old[2].ID, "A reply")[0]
	p.See(item(reply.ID))
	whole(t, p)
	unloaded(t, p)
	was.Top = writingNow(p).Top // the links to the other pages, which were not there before, take room above the form
	undisturbed(t, p, was)
}
