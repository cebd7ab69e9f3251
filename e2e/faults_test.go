package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// outage is what the browser and htmx log when a request finds nobody.
const outage = `net::ERR_(CONNECTION_|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE|INTERNET_DISCONNECTED)|htmx:error: Failed to fetch`

func TestAKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	seed(t, client, "", "One")
	binh := openLive(t, reader(t), s.URL+path)
	mark(binh)
	half(binh, "Nửa câu")
	was := writingNow(binh)

	// Four programs comment, each again under the same key until it is told that it was taken.
	var programs sync.WaitGroup
	var mu sync.Mutex
	taken := map[string]string{} // text -> id
	for w := range 4 {
		programs.Go(func() {
			c := site.NewClient(s.URL)
			for i := range 10 {
				text := fmt.Sprintf("Program %d says %d", w, i)
				draft := site.Draft{Post: slug, Body: text, Author: site.Author{Name: "Program"}}
				for begin := time.Now(); time.Since(begin) < 30*time.Second; time.Sleep(20 * time.Millisecond) {
					status, id := c.TryPost(t.Context(), draft, text)
					if status == 201 {
						mu.Lock()
						taken[text] = id
						mu.Unlock()
						break
					}
				}
				time.Sleep(15 * time.Millisecond) // so that the crash comes in the middle
			}
		})
	}
	binh.Wait("some comments have come", "document.querySelectorAll('"+shown+"').length>8")
	s.Kill()
	binh.Wait("the page says that it reconnects", says("reconnecting"))
	s.Start(t)
	programs.Wait()
	binh.WaitFor(20*time.Second, "the page is live again", says("live"))
	if len(taken) != 40 {
		t.Fatalf("%d of 40 comments were taken", len(taken))
	}
	binh.Wait("all comments are there", "document.querySelectorAll('"+shown+"').length>=41")
	count := map[string]int{}
	for _, w := range words(binh) {
		count[w]++
	}
	for text := range taken {
		if count[text] != 1 {
			t.Errorf("%q stands %d times in the page", text, count[text])
		}
	}
	if n := len(client.Comments(t, slug)); n != 41 {
		t.Errorf("the discussion has %d comments, 41 were due", n)
	}
	whole(t, binh)
	unloaded(t, binh)
	undisturbed(t, binh, was)
}

func TestACommentSentToADeadServerIsKept(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	p := openLive(t, reader(t), s.URL+path)
	p.Allow(outage)
	mark(p)
	s.Kill()
	write(p, "An", "Sent into the dark")
	p.Wait("the page says so", "(e=>e&&!e.hidden&&e.innerText.includes(document.documentElement.dataset.failed))(document.querySelector('#comment-form .problem'))")
	if got := p.Value(bodyField); got != "Sent into the dark" {
		t.Errorf("the form holds %q", got)
	}
	s.Start(t)
	p.WaitFor(20*time.Second, "the page is live again", says("live"))
	p.Click(submit)
	idOf(p, "Sent into the dark")
	p.Wait("the form is empty", "document.querySelector('"+bodyField+"').value===''")
	if n := len(client.Comments(t, slug)); n != 1 {
		t.Errorf("%d comments were made", n)
	}
	whole(t, p)
	unloaded(t, p)
}

func TestALostAnswerMakesNoSecondComment(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	proxy := site.NewProxy(t, s.Addr)
	p := openLive(t, reader(t), proxy.URL+path)
	p.Allow(outage)
	caught, _ := proxy.Hold("POST " + path + "/comments")
	write(p, "An", "Once and only once")
	<-caught
	for begin := time.Now(); len(client.Comments(t, slug)) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > browser.Patience {
			t.Fatal("the comment was not taken")
		}
	}
	proxy.Refuse() // more than a cut, after which Chromium itself sends a request again
	p.Wait("the page says that it was not sent", "!document.querySelector('#comment-form .problem').hidden")
	proxy.Accept()
	key := p.Value("#comment-form [name=key]")
	if key == "" {
		t.Error("the submission has no key")
	}
	p.Run("addEventListener('submit',e=>window.sentKey=e.target.elements.key.value)")
	p.Click(submit)
	p.Wait("the form is empty", "document.querySelector('"+bodyField+"').value===''")
	if got := browser.Eval[string](p, "window.sentKey"); got != key {
		t.Errorf("sent again under %q, first under %q", got, key)
	}
	idOf(p, "Once and only once")
	if n := len(client.Comments(t, slug)); n != 1 {
		t.Errorf("%d comments were made", n)
	}
	p.See(".own") // the same writer, although the first answer's cookie was lost
	whole(t, p)
}

func TestAHiddenTabCatchesUp(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	seed(t, client, "", "One")
	an := reader(t)
	p := openLive(t, an, s.URL+path)
	mark(p)
	half(p, "Nửa câu")
	was := writingNow(p)
	other := an.Beside(t)
	other.Open("about:blank")
	p.Wait("the tab is hidden", "document.visibilityState==='hidden'")
	seed(t, client, "", "Two", "Three")
	p.Front()
	p.WaitFor(3*time.Second, "what came meanwhile is there", "document.querySelectorAll('"+shown+"').length===3")
	waitLive(p)
	seed(t, client, "", "Four")
	waitWords(t, p, "One", "Two", "Three", "Four")
	whole(t, p)
	unloaded(t, p)
	undisturbed(t, p, was)
}

func TestBackBringsTheWholePage(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	seed(t, client, "", "One")
	p := openLive(t, reader(t), s.URL+path)
	mark(p)
	half(p, "Nửa câu")
	p.Follow(".masthead .brand")
	seed(t, client, "", "Two")
	p.Run("history.back()")
	p.Wait("the page is back", "document.querySelector('#comment-list')")
	restored := browser.Eval[bool](p, "window.samePage===true")
	t.Logf("restored from the back/forward cache: %v", restored)
	took := p.WaitFor(3*time.Second, "what came meanwhile is there", "document.querySelectorAll('"+shown+"').length===2")
	t.Logf("whole again after %v", took)
	if took > 1500*time.Millisecond {
		t.Errorf("the page was whole only after %v", took)
	}
	waitLive(p)
	if got := p.Value(bodyField); got != "Nửa câu" {
		t.Errorf("the draft is %q", got)
	}
	seed(t, client, "", "Three")
	waitWords(t, p, "One", "Two", "Three")
	whole(t, p)
	if !restored {
		t.Error("the page did not come from the back/forward cache: something in it keeps it out")
	}
}

func TestADeadConnectionIsNoticed(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	proxy := site.NewProxy(t, s.Addr)
	seed(t, client, "", "One")
	p := openLive(t, reader(t), proxy.URL+path)
	mark(p)
	half(p, "Nửa câu")
	was := writingNow(p)
	proxy.Swallow()
	begin := time.Now()
	seed(t, client, "", "Two")
	time.Sleep(time.Second) // the push is swallowed; from here on the connection is dead for good
	proxy.Pass()
	p.WaitFor(80*time.Second, "the watchdog has the page live again", "document.querySelectorAll('"+shown+"').length===2")
	t.Logf("noticed after %v", time.Since(begin))
	waitLive(p)
	seed(t, client, "", "Three")
	waitWords(t, p, "One", "Two", "Three")
	whole(t, p)
	unloaded(t, p)
	undisturbed(t, p, was)
}

func TestOfflineAndOnline(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	proxy := site.NewProxy(t, s.Addr)
	seed(t, client, "", "One")
	p := openLive(t, reader(t), proxy.URL+path)
	p.Allow(outage)
	mark(p)
	half(p, "Nửa câu")
	was := writingNow(p)
	browser.Call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	proxy.Refuse()
	p.Wait("the page says that it is offline", says("offline"))
	seed(t, client, "", "Two")
	time.Sleep(9 * time.Second) // until the next try of a page that knows nothing of the network would be seconds away
	proxy.Accept()
	browser.Call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: false, DownloadThroughput: -1, UploadThroughput: -1})
	took := p.WaitFor(5*time.Second, "what came meanwhile is there", "document.querySelectorAll('"+shown+"').length===2")
	t.Logf("whole again %v after the network came back", took)
	if took > 1500*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	waitLive(p)
	whole(t, p)
	unloaded(t, p)
	undisturbed(t, p, was)
}

func TestWhatIsBegunBeforeTheAnswerStays(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	proxy := site.NewProxy(t, s.Addr)
	p := openLive(t, reader(t), proxy.URL+path)
	caught, release := proxy.Hold("POST " + path + "/comments")
	write(p, "An", "First")
	<-caught
	id := idOf(p, "First")
	half(p, "Begun while the first was on its way")
	was := writingNow(p)
	release()
	p.See(item(id) + " .own")
	undisturbed(t, p, was)
	p.Click(submit)
	waitWords(t, p, "First", "Begun while the first was on its way")
	p.Wait("the form is empty", "document.querySelector('"+bodyField+"').value===''")
	whole(t, p)
}

func TestADraftOutlivesAReload(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	root := seed(t, site.NewClient(s.URL), "", "One")[0]
	p := openLive(t, reader(t), s.URL+path)
	p.Click(item(root.ID) + " .reply")
	p.Fill(bodyField, "Nửa câu trả lời")
	p.Reload()
	p.Wait("the draft is back in its place", "document.querySelector('"+item(root.ID)+" [name=body]')?.value==='Nửa câu trả lời'")
	waitLive(p)
	write(p, "An", "Cả câu trả lời")
	p.Wait("the form is empty", "document.querySelector('"+bodyField+"').value===''")
	waitWords(t, p, "One", "Cả câu trả lời")
	p.Reload()
	waitLive(p)
	if got := p.Value(bodyField); got != "" {
		t.Errorf("what was sent came back as a draft: %q", got)
	}
}

func TestACleanStop(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	seed(t, client, "", "One")
	program := client.Listen(t, slug, client.Cursor(t, slug))
	p := openLive(t, reader(t), s.URL+path)
	mark(p)
	code := make(chan string, 1)
	go func() {
		c, err := program.CloseCode(t.Context())
		code <- fmt.Sprintf("%d (%v)", c, err)
	}()
	took := s.Stop(t, 10*time.Second)
	t.Logf("stopped after %v", took)
	if got := <-code; got[:4] != "1012" {
		t.Errorf("the socket was closed with %s", got)
	}
	p.Wait("the page says that it reconnects", says("reconnecting"))
	s.Start(t)
	seed(t, client, "", "Two")
	p.WaitFor(20*time.Second, "what came meanwhile is there", "document.querySelectorAll('"+shown+"').length===2")
	waitLive(p)
	whole(t, p)
	unloaded(t, p)
}
