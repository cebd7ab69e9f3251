package e2e

import (
	"slices"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/cluster"
)

// wasLost notes whether the page ever said that it reconnects.
const wasLost = `window.wasLost=false;new MutationObserver(()=>{if(document.documentElement.dataset.state==="reconnecting")wasLost=true})
	.observe(document.documentElement,{attributes:true})`

func TestTwoBrowsersOnTwoReplicas(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	an := visit(t, reader(t), c, slug, "An", "From the first")
	binh := visit(t, reader(t), c, slug, "Binh", "From the second")
	dying := an.open(t, c)
	for tries := 1; binh.open(t, c) == dying; tries++ {
		if tries == 10 {
			t.Fatalf("ten times both are live at %s", dying.Name)
		}
	}
	all := []string{"From the first", "From the second"}
	for _, p := range []visitor{an, binh} {
		p.Allow(outage)
		mark(p.Tab)
		waitWords(t, p.Tab, all...)
	}
	say := func(p visitor, text string) {
		t.Helper()
		write(p.Tab, "", text)
		all = append(all, text)
		for _, p := range []visitor{an, binh} {
			waitWords(t, p.Tab, all...)
		}
	}
	say(an, "From one to the other")
	say(binh, "And back")
	half(an.Tab, "Half a sentence")
	was := writingNow(an.Tab)
	an.Run(wasLost)
	dying.Kill()
	took := an.Wait("the page is live again, at another replica", "wasLost&&"+says("live"))
	t.Logf("the page was live again %v after the kill", took.Round(10*time.Millisecond))
	say(binh, "After the kill")
	undisturbed(t, an.Tab, was)
	an.Click(submit)
	waitWords(t, binh.Tab, append(all, "Half a sentence")...)
	an.See(item(idOf(an.Tab, "Half a sentence")) + " .own") // the same writer as before
	for _, p := range []visitor{an, binh} {
		whole(t, p.Tab)
		unloaded(t, p.Tab)
	}
}

// visitor is a reader with a session, whose one tab is empty until it is opened.
type visitor struct {
	*browser.Tab
	address string
}

// visit has a reader write a first comment, which begins the session: with it the page opens its socket anew.
func visit(t *testing.T, r *browser.Reader, c *cluster.Cluster, slug, name, body string) visitor {
	t.Helper()
	v := visitor{r.Tab(t), c.URL + "/blog/" + slug}
	v.Open(v.address)
	waitLive(v.Tab)
	write(v.Tab, name, body)
	idOf(v.Tab, body)
	v.Open("about:blank")
	return v
}

// open opens the page and tells which replica has its socket.
func (v visitor) open(t *testing.T, c *cluster.Cluster) (at *cluster.Replica) {
	t.Helper()
	v.Open("about:blank")
	// Chromium may keep the socket of a page that was left, in case the reader comes back: only a change tells.
	before, since := sockets(t, c), time.Now()
	await(t, 10*time.Second, "no socket comes or goes", func() bool {
		now := sockets(t, c)
		if !slices.Equal(now, before) {
			before, since = now, time.Now()
		}
		return time.Since(since) > 300*time.Millisecond
	})
	v.Open(v.address)
	waitLive(v.Tab)
	await(t, 10*time.Second, "a replica has the page's socket", func() bool {
		for i, n := range sockets(t, c) {
			if n > before[i] {
				at = c.Replicas[i]
			}
		}
		return at != nil
	})
	return at
}

// sockets are how many each replica has.
func sockets(t *testing.T, c *cluster.Cluster) []float64 {
	t.Helper()
	var all []float64
	for _, r := range c.Replicas {
		all = append(all, metric(t, r, "vang_live_sockets"))
	}
	return all
}
