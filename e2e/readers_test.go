package e2e

import (
	"slices"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// stamps notes when each comment comes into the page, and when the page's own requests are answered.
const stamps = `window.came={};window.answered=0;
	const look=()=>{for(const e of document.querySelectorAll("` + shown + `"))came[e.id.slice(2)]??=Date.now()};
	look();new MutationObserver(look).observe(document.querySelector("#comment-list"),{childList:true});
	const ask=window.fetch;window.fetch=async(...a)=>{const r=await ask(...a);answered=Date.now();return r}`

func TestACommentReachesTheOtherReaderAtOnce(t *testing.T) {
	s := site.Start(t)
	seed(t, site.NewClient(s.URL), "", "One", "Two")
	an, binh := openLive(t, reader(t, browser.Moving), s.URL+path), openLive(t, reader(t, browser.Moving), s.URL+path)
	for _, p := range []*browser.Tab{an, binh} {
		p.Run(stamps)
		mark(p)
	}
	half(binh, "Nửa câu chưa viết xong")
	was := writingNow(binh)
	var delays []time.Duration
	all := []string{"One", "Two"}
	for _, body := range []string{"Third", "Fourth, **strong**", "Fifth", "Sáu: đường phố", "Seventh"} {
		write(an, "An", body)
		text := map[bool]string{true: "Fourth, strong", false: body}[body == "Fourth, **strong**"]
		all = append(all, text)
		id := idOf(an, text)
		binh.See(item(id) + ".fresh") // the style has what just arrived glow
		an.Wait("the answer is there", "answered>0")
		delays = append(delays, time.Duration(browser.Eval[int64](binh, "came["+browser.Quote(id)+"]")-browser.Eval[int64](an, "answered"))*time.Millisecond)
		an.Wait("the form is empty again", "document.querySelector('"+bodyField+"').value===''")
		an.Run("answered=0")
	}
	slices.Sort(delays)
	t.Logf("the other reader saw the comments %v after their writer's answer; median %v", delays, delays[len(delays)/2])
	if slowest := delays[len(delays)-1]; slowest > time.Second {
		t.Errorf("a comment took %v", slowest)
	}
	for name, p := range map[string]*browser.Tab{"An": an, "Bình": binh} {
		t.Log(name)
		waitWords(t, p, all...)
		whole(t, p)
		unloaded(t, p)
		p.SeeText("#comments-title", "7 comments")
	}
	undisturbed(t, binh, was)
	if got := binh.Text("#announce"); got == "" {
		t.Error("nothing was announced to those who hear the page")
	}
	if got := an.Text("#announce"); got != "" && got == binh.Text("#announce") {
		t.Errorf("the writer was told of their own comment: %q", got)
	}
}

func TestReadingIsNotMoved(t *testing.T) {
	s := site.Start(t)
	client := site.NewClient(s.URL)
	first := seed(t, client, "", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
	p := openLive(t, reader(t), s.URL+path)
	top := func(selector string) int {
		return browser.Eval[int](p, "Math.round(document.querySelector("+browser.Quote(selector)+").getBoundingClientRect().top)")
	}
	reading := item(first[8].ID)
	p.Run("document.querySelector('" + reading + "').scrollIntoView({block:'center'})")
	was := top(reading)
	seed(t, client, first[0].ID, "A reply above what is being read, which is long enough to take some lines:\n\n1. so\n2. that\n3. it\n4. would\n5. move")
	p.Wait("the reply is there", "document.querySelectorAll('"+shown+"').length===11")
	if now := top(reading); now < was-1 || now > was+1 {
		t.Errorf("what was being read moved from %d to %d", was, now)
	}
	p.Run("scrollTo(0,300)")
	seed(t, client, "", "Below")
	idOf(p, "Below")
	if y := browser.Eval[int](p, "Math.round(scrollY)"); y != 300 {
		t.Errorf("the page scrolled from 300 to %d", y)
	}
}

func TestAReplyLandsInItsThread(t *testing.T) {
	s := site.Start(t)
	roots := seed(t, site.NewClient(s.URL), "", "One", "Two")
	an, binh := openLive(t, reader(t), s.URL+path), openLive(t, reader(t), s.URL+path)
	mark(an)
	mark(binh)
	an.Click(item(roots[0].ID) + " .reply")
	an.Wait("the form stands under the comment", "document.querySelector('"+item(roots[0].ID)+" #comment-form')||document.querySelector('#s-"+roots[0].ID+" form')")
	write(an, "An", "A reply to One")
	for _, p := range []*browser.Tab{an, binh} {
		waitWords(t, p, "One", "A reply to One", "Two")
		whole(t, p)
		unloaded(t, p)
	}
	an.Wait("the form has gone home", "document.querySelector('#form-home #comment-form [name=parent]')?.value===''")
	write(an, "", "Three")
	for _, p := range []*browser.Tab{an, binh} {
		waitWords(t, p, "One", "A reply to One", "Two", "Three")
	}
}

func TestAHalfTypedReplyOutlivesTheCommentAboveIt(t *testing.T) {
	s := site.Start(t)
	client := site.NewClient(s.URL)
	root := seed(t, client, "", "One")[0]
	p := openLive(t, reader(t), s.URL+path)
	p.Click(item(root.ID) + " .reply")
	half(p, "Nửa câu trả lời")
	was := writingNow(p)
	client.Send(t, "PATCH", "/api/comments/"+root.ID, map[string]string{"body": "One, changed"}, map[string][]string{"If-Match": {"*"}})
	p.SeeText(item(root.ID)+" .said", "One, changed")
	undisturbed(t, p, was)
	client.Send(t, "DELETE", "/api/comments/"+root.ID, nil, map[string][]string{"If-Match": {"*"}})
	p.Wait("the comment is gone", "!document.querySelector('"+item(root.ID)+" .said')")
	p.Wait("the text is kept", "[...document.querySelectorAll('textarea')].some(e=>e.value==='Nửa câu trả lời'&&e.offsetParent)")
}

func TestWritersChangeTheirOwn(t *testing.T) {
	s := site.Start(t)
	roots := seed(t, site.NewClient(s.URL), "", "One", "Two")
	an, binh := openLive(t, reader(t), s.URL+path), openLive(t, reader(t), s.URL+path)
	mark(binh)
	write(an, "An", "Mine")
	id := idOf(an, "Mine")
	an.See(item(id) + " .own a[href$='/edit']")
	binh.See(item(id))
	if n := binh.Count(".own"); n != 0 {
		t.Errorf("another reader has %d controls", n)
	}
	if an.Has(item(roots[0].ID) + " .own") {
		t.Error("the writer has controls for another's comment")
	}
	an.Click(item(id) + " .own a[href$='/edit']")
	edit := item(id) + " form [name=body]"
	an.See(edit)
	if got := an.Value(edit); got != "Mine" {
		t.Errorf("the form to edit holds %q", got)
	}
	an.Fill(edit, "Mine, _changed_")
	an.Click(item(id) + " form button[type=submit]")
	for _, p := range []*browser.Tab{an, binh} {
		p.SeeText(item(id)+" .said", "Mine, changed")
		p.See(item(id) + " .edited")
	}
	an.Wait("the form to edit is gone", "!document.querySelector("+browser.Quote(edit)+")")
	an.Follow(item(id) + " .own a[href$='/delete']")
	an.Follow("form.comment-form button.danger")
	an.Wait("the comment is gone", "!document.querySelector('"+item(id)+" .said')")
	waitWords(t, binh, "One", "Two")
	binh.SeeText("#comments-title", "2 comments")
	unloaded(t, binh)
}

func TestADeletedCommentWithRepliesLeavesATrace(t *testing.T) {
	s := site.Start(t)
	client := site.NewClient(s.URL)
	root := seed(t, client, "", "One")[0]
	seed(t, client, root.ID, "A reply")
	p := openLive(t, reader(t), s.URL+path)
	client.Send(t, "DELETE", "/api/comments/"+root.ID, nil, map[string][]string{"If-Match": {"*"}})
	p.See(item(root.ID) + " .erased")
	if p.Has(item(root.ID) + " .said") {
		t.Error("the text of the deleted comment is still there")
	}
	p.SeeText("#comments-title", "1 comment")
	whole(t, p)
}
