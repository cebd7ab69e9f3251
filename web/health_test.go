package web_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/web"
)

func token(c *web.Config) { c.MetricsToken = "the-token-of-prometheus" }

func behindProxy(c *web.Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func TestReadinessFollowsDrainAndDatabaseAndLivenessDoesNot(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	p.get("/readyz").want(t, 200)
	a.server.SetDraining(true)
	res := p.get("/readyz")
	res.want(t, 503)
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	p.get("/api/comments?post=first").want(t, 200) // requests are still served
	a.server.SetDraining(false)
	a.store.fail(errors.New(innards))
	res = p.get("/readyz")
	res.want(t, 503)
	if strings.Contains(string(res.body), "pq:") {
		t.Errorf("leaks %s", res.body)
	}
	p.get("/livez").want(t, 200)
	a.store.fail(nil)
	p.get("/readyz").want(t, 200)
}

func TestStrangersNeedTheToken(t *testing.T) {
	a := newAPI(t, token, behindProxy)
	p := a.program()
	for _, path := range []string{"/metrics", "/readyz"} {
		p.get(path).want(t, 200) // from this machine
		p.get(path, "X-Forwarded-For", "10.1.2.3").want(t, 200)
		stranger := []string{"X-Forwarded-For", "203.0.113.9"}
		res := p.get(path, stranger...)
		res.problem(t, 401, "unauthenticated")
		if !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("challenge %q", res.Header.Get("WWW-Authenticate"))
		}
		for _, wrong := range []string{"Bearer wrong", "Bearer ", "Basic the-token-of-prometheus", "the-token-of-prometheus"} {
			p.get(path, append(stranger, "Authorization", wrong)...).problem(t, 401, "unauthenticated")
		}
		p.get(path, append(stranger, "Authorization", "bearer the-token-of-prometheus")...).want(t, 200)
	}
}

func TestAProxyThatNobodyTrustsMakesNobodyNear(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	for _, mark := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"} {
		p.get("/metrics", mark, "10.0.0.1").problem(t, 403, "forbidden")
	}
	p.get("/metrics").want(t, 200)
}

func TestHealthTellsPeopleAboutAllParts(t *testing.T) {
	a := newAPI(t, behindProxy)
	p := a.program()
	type report struct {
		Status  string `json:"status"`
		Version string `json:"version"`
		Parts   []struct {
			Name   string `json:"name"`
			Status string `json:"status"`
			Count  *int   `json:"count"`
		} `json:"parts"`
	}
	ask := func(status int, headers ...string) report {
		t.Helper()
		res := p.get("/health", headers...)
		res.want(t, status)
		var r report
		if err := json.Unmarshal(res.body, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := ask(200)
	var names []string
	for _, part := range r.Parts {
		names = append(names, part.Name+" "+part.Status)
	}
	if got := strings.Join(names, ", "); r.Status != "ok" || r.Version != "v-test" || got != "database ok, bus ok, posts ok, sockets ok" || *r.Parts[2].Count != 4 {
		t.Errorf("%+v", r)
	}
	if r := ask(200, "X-Forwarded-For", "203.0.113.9"); r.Version != "" {
		t.Errorf("a stranger learns the version %q", r.Version)
	}
	english, vietnamese := p.get("/health", "Accept", "text/html", "Accept-Language", "en"), p.get("/health", "Accept", "text/html", "Accept-Language", "vi")
	if !strings.Contains(string(english.body), "Health: well") || !strings.Contains(string(vietnamese.body), "Tình trạng: tốt") {
		t.Errorf("%s\n%s", english.body, vietnamese.body)
	}
	a.server.SetDraining(true)
	if r := ask(200); r.Status != "stopping" {
		t.Errorf("%+v", r)
	}
	a.store.fail(blog.E(blog.Unavailable, errors.New(innards)))
	var down reply
	a.until("the look at the parts is old", func() bool {
		down = p.get("/health", "Accept", "text/html")
		return down.StatusCode == 503
	})
	if strings.Contains(string(down.body), "pq:") || !strings.Contains(string(down.body), "does not answer") {
		t.Errorf("%s", down.body)
	}
	if !strings.Contains(a.log.String(), innards) {
		t.Error("the operator is not told what is wrong")
	}
}

func TestTheLookAtThePartsIsSharedBetweenThoseWhoAsk(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	begin := time.Now()
	first := p.get("/health")
	again := p.get("/health")
	if time.Since(begin) < 900*time.Millisecond && string(first.body) != string(again.body) {
		t.Errorf("%s\n%s", first.body, again.body)
	}
}
