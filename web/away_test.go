package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/views"
	"vang/web"
)

const (
	key1 = "3c6e0b8a9c152241"
	key2 = "7d1f2a5b8e034c62"
)

// outages are the ways in which a Redis goes, and how each ends.
var outages = map[string]struct{ begin, end func(c *clustered) }{
	"killed": {
		func(c *clustered) { c.redis.Process().Kill() },
		func(c *clustered) { c.must(c.redis.Start(c.Context())) },
	},
	"silent":  {func(c *clustered) { c.net.Swallow() }, func(c *clustered) { c.net.Pass() }},
	"refused": {func(c *clustered) { c.net.Refuse() }, func(c *clustered) { c.must(c.net.Accept()) }},
	"slow":    {func(c *clustered) { c.net.Delay(time.Second) }, func(c *clustered) { c.net.Delay(0) }},
	"paused": {
		func(c *clustered) { c.must(c.redis.Process().Pause()) },
		func(c *clustered) { c.must(c.redis.Process().Resume()) },
	},
}

func TestWithoutRedisEverythingButTheNameGoesOn(t *testing.T) {
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			c := newClustered(t, func(d *web.Deps, _ *site) { d.Config.RateLimit = web.RateLimit{Burst: 100, Every: time.Second} })
			b := c.browser()
			_, before := c.say(b, key1, "before")
			cookie := c.cookie(b)
			if page := c.get(b, "/blog/hello"); !strings.Contains(page.text, `value="An"`) || !mine(page, before) {
				t.Fatal("the writer is not known")
			}
			outage.begin(c)
			during := c.duringOutage(t, b, before)
			if c.cookie(b) != cookie {
				t.Error("the cookie was replaced")
			}
			outage.end(c)
			c.until("the name is back", func() bool { return strings.Contains(c.get(b, "/blog/hello").text, `value="An"`) })
			page := c.get(b, "/blog/hello")
			if !mine(page, before) || !mine(page, during) || strings.Contains(page.text, views.Words(blog.English).Away) {
				t.Error("not all is as before")
			}
			if name != "silent" {
				return // what went wrong shows on /health for a while: seen once is enough
			}
			for _, part := range []string{"sessions", "limits", "bus"} {
				c.until(part+" is well", func() bool { return c.part(part) == "ok" })
			}
		})
	}
}

// duringOutage reads and writes in every way, and returns the comment that b wrote.
func (c *clustered) duringOutage(t *testing.T, b *http.Client, before string) string {
	t.Helper()
	words := views.Words(blog.English)
	page := c.quickly(b, c.request("GET", "/blog/hello", ""))
	if page.StatusCode != 200 || !strings.Contains(page.text, words.Away) || !mine(page, before) ||
		page.Header.Get("Cache-Control") != "private, no-cache" || page.Header.Get("X-Accel-Expires") != "" {
		t.Errorf("the writer's page: %d, %v\n%s", page.StatusCode, page.Header, page.text)
	}
	if strings.Contains(page.text, `value="An"`) || strings.Contains(page.text, words.Forget) {
		t.Error("a name is shown that nobody can know")
	}
	res, during := c.say(b, key2, "during")
	if _, again := c.say(b, key2, "during"); again != during {
		t.Errorf("the same key made %s and %s", during, again)
	}
	if _, again := c.say(b, key1, "before"); again != before {
		t.Errorf("the key of before made %s and %s", before, again)
	}
	if page := c.quickly(b, c.request("GET", "/blog/hello?at="+during, "")); !mine(page, during) {
		t.Error("the writer does not find the comment")
	}
	stranger := c.browser()
	public := c.quickly(stranger, c.request("GET", "/blog/hello", ""))
	if public.StatusCode != 200 || public.Header.Get("X-Accel-Expires") != "1" || mine(public, before) || strings.Contains(public.text, words.Away) {
		t.Errorf("everyone's page: %d, %v", public.StatusCode, public.Header)
	}
	fresh, _ := c.say(stranger, "9a8b7c6d5e4f3a2b", "new here")
	for _, r := range []read{res, fresh} {
		if r.Header.Get("Set-Cookie") != "" {
			t.Errorf("a cookie without a session: %v", r.Header)
		}
	}
	c.programDuringOutage(t, b)
	for _, part := range []string{"sessions", "limits", "bus"} {
		c.until(part+" is told of", func() bool { return c.part(part) == "degraded" })
	}
	if res := c.quickly(b, c.request("GET", "/readyz", "")); res.StatusCode != 200 {
		t.Errorf("readyz: %d", res.StatusCode)
	}
	if n := c.metric("vang_session_errors_total"); n == "0" || n == "" {
		t.Errorf("%s session errors", n)
	}
	if n := c.metric("vang_limit_fallbacks_total"); n == "0" || n == "" {
		t.Errorf("%s fallbacks of the limits", n)
	}
	// One request a second pays; most pay nothing.
	begin := time.Now()
	for range 50 {
		c.get(b, "/blog/hello")
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("50 pages took %v", took)
	}
	return during
}

func (c *clustered) programDuringOutage(t *testing.T, b *http.Client) {
	t.Helper()
	in, err := json.Marshal(map[string]any{"post": "hello", "body": "by program", "author": map[string]string{"name": "An"}})
	c.must(err)
	r := c.request("POST", "/api/comments", string(in), "Content-Type", "application/json", "Idempotency-Key", "1f2e3d4c5b6a7980")
	if res := c.quickly(b, r); res.StatusCode != 201 {
		t.Errorf("POST: %d %s", res.StatusCode, res.text)
	}
	if res := c.quickly(b, c.request("GET", "/api/comments?post=hello", "")); res.StatusCode != 200 || !strings.Contains(res.text, "by program") {
		t.Errorf("GET: %d %s", res.StatusCode, res.text)
	}
}

// A request that is sent again must find what it did the first time, whatever happened to the session in between.
func TestAKeyHoldsWhenTheSessionComesOrGoes(t *testing.T) {
	c := newClustered(t)
	b := c.browser()
	_, first := c.say(b, "", "hello") // begins the session
	c.net.Refuse()
	_, away := c.say(b, key1, "while away")
	c.must(c.net.Accept())
	c.until("back", func() bool { return strings.Contains(c.get(b, "/blog/hello").text, `value="An"`) })
	if _, again := c.say(b, key1, "while away"); again != away {
		t.Error("sent while the session was away, and again when it was there: two comments")
	}
	_, there := c.say(b, key2, "while there")
	c.must(c.client.FlushAll(t.Context()).Err())
	if page := c.get(b, "/blog/hello"); mine(page, first) || page.Header.Get("X-Accel-Expires") != "1" {
		t.Error("a session that is lost still stands")
	}
	if _, again := c.say(b, key2, "while there"); again != there {
		t.Error("sent while the session was there, and again when it was lost: two comments")
	}
}

func TestTheNoticeSpeaksThePostsLanguageAndComesWithFragments(t *testing.T) {
	c := newClustered(t)
	b := c.browser()
	c.say(b, key1, "hello")
	c.net.Refuse()
	if page := c.get(b, "/blog/xin-chao"); !strings.Contains(page.text, views.Words(blog.Vietnamese).Away) {
		t.Error("no notice in Vietnamese")
	}
	form := url.Values{"name": {"Another name"}, "body": {"x"}, "key": {key2}}
	res := c.do(b, c.request("POST", "/blog/hello/comments", form.Encode(), "HX-Request", "true"))
	if !strings.Contains(res.text, views.Words(blog.English).Away) || !strings.Contains(res.text, `value="Another name"`) ||
		res.Header.Get("HX-Trigger") != "" || !strings.Contains(res.text, "/edit") {
		t.Errorf("%v\n%s", res.Header, res.text)
	}
	c.must(c.net.Accept())
	c.until("the old name is back", func() bool { return strings.Contains(c.get(b, "/blog/hello").text, `value="An"`) })
}

// A cookie is believed without the store only as far as it proves something.
func TestACookieThatProvesNothingIsNobodysWhileTheStoreIsAway(t *testing.T) {
	c := newClustered(t)
	b, other := c.browser(), c.browser()
	_, id := c.say(b, key1, "hello")
	c.say(other, key2, "I am another")
	token, seal, _ := strings.Cut(c.cookie(b), ".")
	otherToken, otherSeal, _ := strings.Cut(c.cookie(other), ".")
	ask := func(value string) read {
		return c.get(c.browser(), "/blog/hello", "Cookie", "vang="+value)
	}
	if page := ask(token); !mine(page, id) {
		t.Error("a cookie of before there were seals is none any more")
	}
	c.net.Refuse()
	for _, value := range []string{
		token, token + ".", otherToken + "." + seal, token + "." + otherSeal, token + "." + strings.Repeat("A", len(seal)), "." + seal,
		token + "." + seal[:20], token + "." + seal + ".x", strings.Repeat("a", 43) + "." + seal, token + "." + seal + strings.Repeat("A", 4000),
	} {
		page := ask(value)
		if page.StatusCode != 200 || mine(page, id) || page.Header.Get("X-Accel-Expires") != "1" {
			t.Errorf("cookie %q: %d, %v", value, page.StatusCode, page.Header)
		}
	}
	if page := ask(token + "." + seal); !mine(page, id) {
		t.Error("the true cookie proves nothing")
	}
	// Who has the token alone may still have a session: it is not to be replaced.
	form := url.Values{"name": {"An"}, "body": {"with an old cookie"}}
	res := c.do(c.browser(), c.request("POST", "/blog/hello/comments", form.Encode(), "Cookie", "vang="+token))
	if res.StatusCode != 303 || res.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d, %v", res.StatusCode, res.Header)
	}
}

func TestWhoWantsToBeForgottenIsAlsoWhileTheStoreIsAway(t *testing.T) {
	c := newClustered(t)
	b := c.browser()
	_, id := c.say(b, key1, "hello")
	c.net.Refuse()
	if res := c.do(b, c.request("POST", "/me/forget", "", "Referer", c.http.URL+"/blog/hello")); res.StatusCode != 303 || c.cookie(b) != "" {
		t.Errorf("%d, %v", res.StatusCode, res.Header)
	}
	if page := c.get(b, "/blog/hello"); mine(page, id) {
		t.Error("still known")
	}
}

// What another program keeps under our names is a session that is lost, not one to wait for.
func TestASessionThatIsNoneIsLostNotAway(t *testing.T) {
	for name, spoil := range map[string]func(c *clustered, key string) error{
		"a list": func(c *clustered, key string) error { return c.client.LPush(c.Context(), key, "x").Err() },
		"a text": func(c *clustered, key string) error {
			return c.client.Set(c.Context(), key, "\x00garbage", time.Hour).Err()
		},
		"an empty text": func(c *clustered, key string) error { return c.client.Set(c.Context(), key, "", time.Hour).Err() },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClustered(t)
			b := c.browser()
			c.say(b, key1, "hello")
			keys, err := c.client.Keys(t.Context(), "vang:session:*").Result()
			if err != nil || len(keys) != 1 || strings.Contains(c.cookie(b), strings.TrimPrefix(keys[0], "vang:session:")) {
				t.Fatalf("%v, %v", keys, err)
			}
			c.must(c.client.Del(t.Context(), keys[0]).Err())
			c.must(spoil(c, keys[0]))
			page := c.get(b, "/blog/hello")
			if page.StatusCode != 200 || strings.Contains(page.text, views.Words(blog.English).Away) {
				t.Errorf("%d %s", page.StatusCode, page.text)
			}
			old := c.cookie(b)
			_, id := c.say(b, key2, "again")
			if page := c.get(b, "/blog/hello"); c.cookie(b) == old || !mine(page, id) {
				t.Error("the writer has no session again")
			}
		})
	}
}

func TestHealthTellsOfARedisThatIsFull(t *testing.T) {
	c := newClustered(t)
	b := c.browser()
	c.must(c.client.ConfigSet(t.Context(), "maxmemory", "1").Err())
	if res, _ := c.say(b, key1, "hello"); res.Header.Get("Set-Cookie") != "" {
		t.Error("a cookie for a session that was not kept")
	}
	c.until("told", func() bool { return c.part("sessions") == "degraded" })
	if !strings.Contains(c.log.String(), "redis refuses") {
		t.Errorf("the log says\n%s", c.log)
	}
	c.must(c.client.ConfigSet(t.Context(), "maxmemory", "0").Err())
	c.say(b, key2, "hello again")
	if c.cookie(b) == "" {
		t.Error("no session although there is room again")
	}
}

func TestSessionsOutliveARestartOfRedisAndOfTheReplica(t *testing.T) {
	c := newClustered(t)
	b := c.browser()
	_, id := c.say(b, key1, "hello")
	if err := c.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	c.must(c.redis.Start(t.Context()))
	c.until("known again", func() bool {
		page := c.get(b, "/blog/hello")
		return mine(page, id) && strings.Contains(page.text, `value="An"`)
	})
}
