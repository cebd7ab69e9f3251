package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
)

// Limits of GOALS: how late a comment may reach a reader.
const (
	lateAtOnce       = 500 * time.Millisecond // less than the looks at heads take, which come once a second
	lateWithoutRedis = 2500 * time.Millisecond
	lateAfterAKill   = 2 * time.Second
)

// everywhere follows a post at each replica.
func everywhere(t *testing.T, c *cluster.Cluster, slug string) []*follower {
	t.Helper()
	var all []*follower
	for _, r := range c.Replicas {
		all = append(all, follow(t, "the reader at "+r.Name, r.URL, slug))
	}
	return all
}

func TestACommentOnOneReplicaIsLiveAtTheOthers(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	readers := everywhere(t, c, slug)
	var said []saying
	for i := range 2 {
		for _, r := range c.Replicas {
			s := say(t, r.URL, slug, fmt.Sprintf("%s, %d", r.Name, i))
			t.Logf("the slowest reader had it %v after its acknowledgement", heard(t, lateAtOnce, []saying{s}, readers...).Round(time.Millisecond))
			said = append(said, s)
		}
	}
	for _, r := range c.Replicas {
		once(t, r.URL, slug, said...)
	}
}

func TestAWriterIsKnownOnEveryReplica(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	client := site.NewClient(c.Replicas[0].URL)
	own := client.Post(t, site.Draft{Post: slug, Body: "Mine", Author: site.Author{Name: "An"}})
	change := func(r *cluster.Replica, method string, v any) site.Answer {
		return client.Send(t, method, r.URL+"/api/comments/"+own.ID, v, http.Header{"If-Match": {"*"}})
	}
	if a := change(c.Replicas[1], http.MethodPatch, map[string]string{"body": "Still mine"}); a.Status != http.StatusOK {
		t.Errorf("the writer's edit on another replica: %d %s", a.Status, a.Body)
	}
	if a := change(c.Replicas[2], http.MethodDelete, nil); a.Status != http.StatusNoContent {
		t.Errorf("the writer's deletion on a third replica: %d %s", a.Status, a.Body)
	}
	stranger := site.NewClient(c.Replicas[1].URL).Send(t, http.MethodDelete, "/api/comments/"+own.ID, nil, http.Header{"If-Match": {"*"}})
	if stranger.Status < 400 {
		t.Errorf("a stranger deletes it: %d", stranger.Status)
	}
}

func TestWithoutRedisNothingIsLost(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	readers := everywhere(t, c, slug)
	client := site.NewClient(c.Replicas[0].URL) // with a session from before
	client.Post(t, site.Draft{Post: slug, Body: "before", Author: site.Author{Name: "An"}})
	c.Redis.Process().Kill()
	var said []saying
	for i := range 6 {
		r := c.Replicas[i%len(c.Replicas)]
		begin := time.Now()
		said = append(said, say(t, r.URL, slug, fmt.Sprintf("without Redis, %d", i)))
		quick(t, "a comment on "+r.Name, begin)
		begin = time.Now()
		if a := client.Get(t, r.URL+"/blog/"+slug); a.Status != http.StatusOK {
			t.Errorf("a page of %s: %d", r.Name, a.Status)
		}
		quick(t, "a page of "+r.Name, begin)
	}
	t.Logf("without Redis the latest comment came %v after its acknowledgement", heard(t, lateWithoutRedis, said, readers...).Round(time.Millisecond))
	if err := c.Redis.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Replicas {
		await(t, 10*time.Second, r.Name+" hears the bus again", func() bool { return metric(t, r, "vang_bus_up") == 1 })
	}
	var worst time.Duration
	for i := range 5 {
		worst = max(worst, heard(t, lateAtOnce, []saying{say(t, c.Replicas[0].URL, slug, fmt.Sprintf("with Redis, %d", i))}, readers...))
	}
	// The looks at the heads alone would have brought the slowest of five after some 800 ms.
	if worst > 400*time.Millisecond {
		t.Errorf("with Redis again the slowest of five comments came %v after its acknowledgement", worst)
	}
	if a := client.Send(t, http.MethodPost, "/api/comments", site.Draft{Post: slug, Body: "after", Author: site.Author{Name: "An"}}, nil); a.Status != http.StatusCreated {
		t.Errorf("the session from before: %d %s", a.Status, a.Body)
	}
}

// quick checks that nothing waited for a Redis that is not there: 200 ms are allowed for that, the rest for two busy cores.
func quick(t *testing.T, what string, begin time.Time) {
	t.Helper()
	if took := time.Since(begin); took > 1200*time.Millisecond {
		t.Errorf("%s took %v", what, took.Round(time.Millisecond))
	}
}

func TestAWakeThatNeverWentOut(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	readers := everywhere(t, c, slug)
	dying := c.Replicas[0]
	dying.Ways.Redis.Swallow() // so that it dies, for all others, between commit and wake
	s := say(t, dying.URL, slug, "said with the last breath")
	dying.Kill()
	late := heard(t, lateAfterAKill, []saying{s}, readers[1:]...)
	t.Logf("the readers of the others had it %v after its acknowledgement", late.Round(time.Millisecond))
	once(t, c.Replicas[1].URL, slug, s)
}
