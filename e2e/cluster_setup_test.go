package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
	"vang/testbed"
)

func TestSixReplicasStartOnAnEmptyDatabase(t *testing.T) {
	c := started(t)
	if err := c.Postgres.CreateDatabase(t.Context(), "six"); err != nil {
		t.Fatal(err)
	}
	var six []*cluster.Replica
	for i := range 6 {
		r, err := c.NewReplica(fmt.Sprintf("one of six %d", i+1), "", "--database", c.Postgres.URL("six"), "--redis", "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Kill)
		six = append(six, r)
	}
	var starting sync.WaitGroup
	begin := time.Now()
	for _, r := range six {
		starting.Go(func() {
			if err := r.Start(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	t.Logf("all six were ready after %v", time.Since(begin).Round(10*time.Millisecond))
	if t.Failed() {
		return
	}
	s := say(t, six[0].URL, "post-1", "first of all")
	for _, r := range six {
		once(t, r.URL, "post-1", s)
		if w := warnings(r.Log()); strings.Contains(w, "level=ERROR") {
			t.Errorf("%s complains:\n%s", r.Name, w)
		}
	}
}

func TestReplicasWithDifferentContent(t *testing.T) {
	c := started(t)
	dir := t.TempDir()
	if err := writePosts(dir, 1); err != nil {
		t.Fatal(err)
	}
	text := "---\ntitle: Only here\ndate: 2026-02-03\nlang: en\n---\n\nOne replica has it.\n"
	if err := os.WriteFile(filepath.Join(dir, "posts", "only-here.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ahead := extra(t, c, "ahead", "", "--content", dir)
	s := say(t, ahead.URL, "only-here", "under a post that the others lack")
	shared := ownPost(t)
	for _, r := range c.Replicas {
		client := site.NewClient(r.URL)
		if a := client.Get(t, "/blog/only-here"); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "</html>") {
			t.Errorf("%s shows a post that it lacks: %d", r.Name, a.Status)
		}
		if a := client.Get(t, "/api/comments?post=only-here"); a.Status != http.StatusNotFound {
			t.Errorf("%s tells of the comments of a post that it lacks: %d %s", r.Name, a.Status, a.Body)
		}
		if a := client.Get(t, "/blog/"+shared); a.Status != http.StatusOK {
			t.Errorf("%s: %d for a post that it has", r.Name, a.Status)
		}
	}
	if a := site.NewClient(ahead.URL).Get(t, "/blog/"+shared); a.Status != http.StatusNotFound {
		t.Errorf("the one that lacks %s shows it: %d", shared, a.Status)
	}
	// A replica that comes with the same content later finds the discussion, and the one that left it behind harmed nobody's.
	ahead.Kill()
	once(t, extra(t, c, "also ahead", "", "--content", dir).URL, "only-here", s)
	other := say(t, c.Replicas[0].URL, shared, "under a post that one replica lacks")
	once(t, c.Replicas[1].URL, shared, other)
}

func TestClocksMinutesApart(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	wrong := extra(t, c, "sixteen minutes ahead", variant(t, "main.clockSkew=16m")) // more than windows of edits and resends
	right := c.Replicas[0]
	for _, way := range []struct {
		name     string
		from, to *cluster.Replica
	}{{"from the right clock to the wrong one", right, wrong}, {"from the wrong clock to the right one", wrong, right}} {
		t.Run(way.name, func(t *testing.T) {
			client := site.NewClient(way.from.URL)
			draft := site.Draft{Post: slug, Body: "written " + way.name, Author: site.Author{Name: "An"}}
			a := client.Send(t, http.MethodPost, "/api/comments", draft, nil)
			made := created(t, a)
			if off := time.Since(made.CreatedAt).Abs(); off > time.Minute {
				t.Errorf("the comment's time is off by %v", off)
			}
			twice := client.Send(t, http.MethodPost, way.to.URL+"/api/comments", draft, nil)
			if twice.Status != http.StatusConflict || !strings.Contains(twice.Body, made.ID) {
				t.Errorf("the same words again on the other: %d %s", twice.Status, twice.Body)
			}
			header := http.Header{"If-Match": {"*"}}
			edit := client.Send(t, http.MethodPatch, way.to.URL+"/api/comments/"+made.ID, map[string]string{"body": draft.Body + ", edited"}, header)
			if edit.Status != http.StatusOK {
				t.Errorf("the writer's edit on the other: %d %s", edit.Status, edit.Body)
			}
			for _, r := range []*cluster.Replica{right, wrong} {
				page := client.Get(t, r.URL+"/blog/"+slug)
				if !strings.Contains(page.Body, made.ID+"/edit") {
					t.Errorf("%s does not offer the writer to edit", r.Name)
				}
			}
		})
	}
}

// creation is what else tests look at of a comment that was made.
type creation struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
}

func created(t *testing.T, a site.Answer) creation {
	t.Helper()
	var made creation
	if err := json.Unmarshal([]byte(a.Body), &made); err != nil || a.Status != http.StatusCreated {
		t.Fatalf("%d %v %s", a.Status, err, a.Body)
	}
	return made
}

func TestAnotherDatabaseOnTheSameRedis(t *testing.T) {
	c := started(t)
	t.Parallel() // it has a Redis and replicas of its own, and waits long: a strange epoch may be one of a restore
	redis, err := testbed.StartRedis(t.Context(), t.TempDir(), testbed.RedisOptions{})
	testbed.Need(t, err)
	t.Cleanup(func() { _ = redis.Stop() })
	var blogs []*cluster.Replica
	for _, database := range []string{"one", "other"} {
		if err := c.Postgres.CreateDatabase(t.Context(), database); err != nil {
			t.Fatal(err)
		}
		blogs = append(blogs, extra(t, c, "blog "+database, "", "--database", c.Postgres.URL(database), "--redis", redis.URL()))
	}
	const slug = "post-1"
	readers := everywhere(t, &cluster.Cluster{Replicas: blogs}, slug)
	var said [2][]saying
	for n := 0; n < 5 || metric(t, blogs[0], "vang_foreign_wakes_total") <= 0 || metric(t, blogs[1], "vang_foreign_wakes_total") <= 0; n++ {
		if n == 60 {
			t.Fatal("the strangers on the Redis were not noticed in a minute")
		}
		for i, r := range blogs {
			s := say(t, r.URL, slug, fmt.Sprintf("%s, %d", r.Name, n))
			said[i] = append(said[i], s)
			heard(t, lateAtOnce, []saying{s}, readers[i])
		}
		pause(t.Context(), time.Second)
	}
	for i, r := range blogs {
		once(t, r.URL, slug, said[i]...)
		for _, s := range said[1-i] {
			if readers[i].has(s) {
				t.Errorf("%s had %q", readers[i].name, s.body)
			}
		}
		if log := warnings(r.Log()); !strings.Contains(log, "uses the same Redis") {
			t.Errorf("%s does not say in its log what is wrong:\n%s", r.Name, log)
		}
		await(t, 5*time.Second, r.Name+"'s /health tells", func() bool {
			return strings.Contains(site.NewClient(r.URL).Get(t, "/health").Body, "degraded")
		})
	}
}

func TestARedisThatWantsAPassword(t *testing.T) {
	c := started(t)
	dir := t.TempDir()
	closed, err := testbed.StartRedis(t.Context(), dir, testbed.RedisOptions{Password: "correct horse"})
	testbed.Need(t, err)
	t.Cleanup(func() { _ = closed.Stop() })
	for name, password := range map[string]string{"without a password": "", "with a wrong password": ":battery-staple@"} {
		r := extra(t, c, name, "", "--redis", "redis://"+password+closed.Addr)
		slug := ownPost(t)
		s := say(t, r.URL, slug, "all the same")
		once(t, r.URL, slug, s)
		if a := site.NewClient(r.URL).Get(t, "/blog/"+slug); a.Status != http.StatusOK {
			t.Errorf("%s: the page answers %d", name, a.Status)
		}
		await(t, 5*time.Second, name+" the log says what is wrong", func() bool { return strings.Contains(warnings(r.Log()), "password") })
		if strings.Contains(r.Log(), "battery-staple") {
			t.Errorf("%s: the log tells the password", name)
		}
	}
}

func TestARedisThatHoldsOtherData(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	r := extra(t, c, "with limits", "", "--rate-limit", "100/1m")
	client := site.NewClient(r.URL)
	post := func(body string) site.Answer {
		return client.Send(t, http.MethodPost, "/api/comments", site.Draft{Post: slug, Body: body, Author: site.Author{Name: "An"}}, nil)
	}
	created(t, post("before"))
	const spoil = `local keys = redis.call("KEYS", ARGV[1])
		for _, key in ipairs(keys) do redis.call("DEL", key); redis.call("RPUSH", key, "a list", "of another program") end
		return #keys`
	for _, pattern := range []string{"vang:session:*", "vang:limit:*"} {
		n, err := c.Redis.Do(t.Context(), "EVAL", spoil, "0", pattern)
		if err != nil || n == ":0" {
			t.Fatalf("%s were spoilt with the answer %q, %v", pattern, n, err)
		}
	}
	t.Cleanup(func() { _, _ = c.Redis.Do(context.WithoutCancel(t.Context()), "FLUSHALL") })
	if a := client.Get(t, "/blog/"+slug); a.Status != http.StatusOK {
		t.Errorf("the page with a spoilt session: %d", a.Status)
	}
	created(t, post("after"))
	if a := site.NewClient(c.URL).Get(t, "/blog/"+slug); a.Status != http.StatusOK {
		t.Errorf("another's page: %d", a.Status)
	}
}

func TestGarbageOnTheBus(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	readers := everywhere(t, c, slug)
	for _, text := range []string{
		"", "no JSON", "{", "[]", "null", "1e999", `{"epoch":1,"topic":{}}`, `{"epoch":"x","topic":"y"}`, "\x00\xff\xfe", "<script>alert(1)</script>",
		`{"topic":"` + strings.Repeat("a", 1<<20) + `"}`, strings.Repeat("[", 1<<16), `{"Epoch":"","Topic":""}`,
	} {
		if _, err := c.Redis.Do(t.Context(), "PUBLISH", "vang:wake", text); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range c.Replicas {
		await(t, 5*time.Second, r.Name+" has dropped the garbage", func() bool { return metric(t, r, "vang_bus_garbage_total") >= 10 })
	}
	s := say(t, c.Replicas[0].URL, slug, "in spite of it")
	heard(t, lateAtOnce, []saying{s}, readers...)
	for _, r := range c.Replicas {
		if !r.Process().Running() {
			t.Errorf("%s has ended", r.Name)
		}
	}
}

func TestForgedHeadersThroughNginx(t *testing.T) {
	c := started(t)
	slug := ownPost(t)
	post := func(body string, header http.Header) site.Answer {
		draft := site.Draft{Post: slug, Body: body, Author: site.Author{Name: "An"}}
		return site.NewClient(c.URL).Send(t, http.MethodPost, "/api/comments", draft, header)
	}
	forged := func(address string) http.Header {
		return http.Header{
			"X-Forwarded-For": {address}, "X-Real-Ip": {address}, "Forwarded": {"for=" + address},
			"X-Request-Id": {"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbcccc0123"},
		}
	}
	// Were the id believed, the second would be the first's repetition with other words.
	first := created(t, post("one", forged("203.0.113.1")))
	if second := created(t, post("two", forged("203.0.113.1"))); second.ID == first.ID {
		t.Error("a client's own request id makes two comments one")
	}
	// Were the address believed, this would be somebody else.
	if a := post("one", forged("203.0.113.2")); a.Status != http.StatusConflict {
		t.Errorf("the same words with another forged address: %d %s", a.Status, a.Body)
	}
	for _, p := range []string{"/metrics", "/readyz"} {
		for _, address := range []string{"10.0.0.1", "127.0.0.1", "::1"} {
			plain, with := site.NewClient(c.URL).Get(t, p).Status, forgedGet(t, c.URL+p, forged(address))
			if with != plain {
				t.Errorf("%s answers %d, but %d to who claims to be %s", p, plain, with, address)
			}
		}
	}
}

func forgedGet(t *testing.T, address string, header http.Header) int {
	t.Helper()
	if _, err := url.Parse(address); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
