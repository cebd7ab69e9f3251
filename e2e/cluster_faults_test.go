package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
	"vang/testbed"
)

// urls are the addresses of all replicas.
func urls(c *cluster.Cluster) []string {
	var all []string
	for _, r := range c.Replicas {
		all = append(all, r.URL)
	}
	return all
}

func TestWritesGoOnWithoutOneAddressOfTheDatabase(t *testing.T) {
	const limit = 6 * time.Second // five are the goal; one is for two cores that do all of this at once
	c := started(t)
	faults := []struct {
		name       string
		hurt       int
		begin, end func(*testbed.Proxy)
	}{
		// Connections stay where they have gone: after the first, all are with the other two addresses.
		{"dead", 1, (*testbed.Proxy).Refuse, func(p *testbed.Proxy) { _ = p.Accept() }},
		{"black hole", 0, (*testbed.Proxy).Swallow, (*testbed.Proxy).Pass},
		{"black hole, where all had to go", 2, (*testbed.Proxy).Swallow, (*testbed.Proxy).Pass},
	}
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			slug := ownPost(t)
			l := work(t, slug, urls(c), apiWriter, formWriter, pageReader)
			l.progress(t, 5)
			hurt := c.Addresses[fault.hurt]
			fault.begin(hurt)
			begin := time.Now()
			l.progress(t, 20)
			t.Logf("all had twenty answers %v after one address of three was gone", time.Since(begin).Round(time.Millisecond))
			fault.end(hurt)
			l.progress(t, 5)
			l.stop()
			l.report(t, limit)
			once(t, c.Replicas[0].URL, slug, l.said...)
		})
	}
}

func TestAReplicaThatDiesBetweenCommitAndAnswer(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	readers := everywhere(t, c, slug)
	dying, other := c.Replicas[0], c.Replicas[1]
	say(t, dying.URL, slug, "first") // what a connection does once is done
	for _, p := range dying.Ways.Addresses {
		p.Delay(400 * time.Millisecond)
	}
	draft, key := site.Draft{Post: slug, Body: "committed, never answered", Author: site.Author{Name: "An"}}, "a-key-of-my-own-0123456789"
	client := site.NewClient(dying.URL)
	answered := make(chan int, 1)
	go func() {
		status, _ := client.TryPost(t.Context(), draft, key)
		answered <- status
	}()
	var committed site.Comment
	await(t, 10*time.Second, "it is committed", func() bool {
		all := site.NewClient(other.URL).Comments(t, slug)
		committed = all[len(all)-1]
		return strings.Contains(committed.HTML, "never answered")
	})
	at := time.Now()
	dying.Kill()
	if status := <-answered; status != 0 {
		t.Fatalf("the answer, %d, came before the replica died: the test is too slow", status)
	}
	status, id := site.NewClient(other.URL).TryPost(context.WithoutCancel(t.Context()), draft, key)
	if status != 201 && status != 200 || id != committed.ID {
		t.Errorf("sent again to another replica: %d, comment %s; %s was committed", status, id, committed.ID)
	}
	t.Logf("the readers had it %v after the kill", heard(t, lateAfterAKill, []saying{{id, draft.Body, at}}, readers[1:]...).Round(time.Millisecond))
}

func TestAnAnswerOfTheDatabaseThatIsLost(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	r := c.Replicas[0]
	cut := make(chan struct{}, len(r.Ways.Addresses))
	for _, p := range r.Ways.Addresses {
		done := p.CutAfter(func(b []byte) bool { return strings.Contains(string(b), "cut after commit") })
		go func() {
			select {
			case <-done:
				cut <- struct{}{}
			case <-t.Context().Done():
			}
		}()
	}
	s := say(t, r.URL, slug, "cut after commit")
	select {
	case <-cut:
	case <-time.After(time.Second):
		t.Error("no connection was cut: the test proves nothing")
	}
	once(t, c.Replicas[1].URL, slug, s)
}
