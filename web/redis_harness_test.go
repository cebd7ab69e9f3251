package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/redis/go-redis/v9"

	"vang/realtime"
	"vang/testbed"
	"vang/web"
)

// waits is what a request may take that waits for Redis: 200 ms, its own work, and what a busy machine adds.
const waits = 450 * time.Millisecond

// clustered is a site whose sessions, limits and wakes are in a Redis behind a network that can be told to misbehave.
type clustered struct {
	*site
	redis  *testbed.Redis
	net    *testbed.Proxy
	client *redis.Client
}

func newClustered(t *testing.T, opts ...option) *clustered {
	t.Helper()
	r, err := testbed.StartRedis(t.Context(), t.TempDir(), testbed.RedisOptions{})
	testbed.Need(t, err)
	t.Cleanup(func() { r.Process().Kill() })
	p, err := testbed.NewProxy(r.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	client, err := realtime.OpenRedis("redis://" + p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	shared := func(d *web.Deps, s *site) {
		s.clock.advance(time.Since(s.clock.Now())) // Redis tells the real time
		_ = d.Bus.Close()
		d.Bus, d.Redis = realtime.NewRedisBus(client, d.Log), client
		d.Sessions = goredisstore.NewWithPrefix(client, "vang:session:")
	}
	c := &clustered{site: newSite(t, append([]option{shared}, opts...)...), redis: r, net: p, client: client}
	c.until("the bus is up", func() bool { return c.part("bus") == "ok" })
	return c
}

func (c *clustered) until(what string, done func() bool) {
	c.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			c.Fatalf("%s: not within 10 s\n%s", what, c.troubles())
		}
	}
}

// troubles are the log without what it says of each request.
func (c *clustered) troubles() string {
	var b strings.Builder
	for line := range strings.Lines(c.log.String()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// part is the state of a part on /health; "" if it is not told.
func (c *clustered) part(name string) string {
	c.Helper()
	res := c.get(c.browser(), "/health")
	var report struct {
		Parts []struct{ Name, Status string }
	}
	if err := json.Unmarshal([]byte(res.text), &report); err != nil {
		c.Fatal(err)
	}
	for _, p := range report.Parts {
		if p.Name == name {
			return p.Status
		}
	}
	return ""
}

// metric is the value of a metric without labels.
func (c *clustered) metric(name string) string {
	c.Helper()
	for line := range strings.SplitSeq(c.get(c.browser(), "/metrics").text, "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return value
		}
	}
	return ""
}

// quickly is do for a request that must not wait for Redis longer than it may.
func (c *clustered) quickly(b *http.Client, r *http.Request) read {
	c.Helper()
	begin := time.Now()
	res := c.do(b, r)
	if took := time.Since(begin); took > waits {
		c.Errorf("%s %s took %v", r.Method, r.URL.Path, took)
	}
	return res
}

// say posts a form with a key and returns the answer and the comment's id.
func (c *clustered) say(b *http.Client, key, body string, headers ...string) (read, string) {
	c.Helper()
	form := url.Values{"name": {"An"}, "body": {body}, "key": {key}}
	res := c.quickly(b, c.request(http.MethodPost, "/blog/hello/comments", form.Encode(), headers...))
	to, err := res.Location()
	if err != nil {
		c.Fatalf("comment: %d %s", res.StatusCode, res.text)
	}
	return res, to.Query().Get("at")
}

func (c *clustered) cookie(b *http.Client) string {
	c.Helper()
	u, err := url.Parse(c.http.URL)
	c.must(err)
	for _, k := range b.Jar.Cookies(u) {
		if k.Name == "vang" {
			return k.Value
		}
	}
	return ""
}

// mine tells whether page shows the comment with its writer's controls.
func mine(page read, id string) bool { return strings.Contains(page.text, "/comments/"+id+"/edit") }
