package web_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/posts"
	"vang/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEveryReaderWithoutASessionGetsTheSameBytes(t *testing.T) {
	s := newSite(t)
	s.comment(s.browser(), "hello", "one")
	c := s.browser()
	for _, path := range []string{"/", "/vi/", "/archive", "/category/letters", "/about", "/blog/hello", "/blog/hello?sort=newest", "/feed.xml"} {
		first := s.get(c, path)
		s.clock.advance(time.Second)
		unknown := strings.Repeat("x", 43)
		for name, headers := range map[string][]string{
			"again":                     nil,
			"in another language":       {"Accept-Language", "vi"},
			"with an unknown session":   {"Cookie", "vang=" + unknown},
			"with nonsense for session": {"Cookie", "vang=<script>; other=1"},
			"with a stranger's query":   {"User-Agent", "x"},
			"as the script":             {"HX-Request", "true"},
		} {
			res := s.get(c, path, headers...)
			if res.text != first.text || res.Header.Get("ETag") != first.Header.Get("ETag") {
				t.Errorf("%s %s: other bytes", path, name)
			}
			if res.Header.Get("X-Accel-Expires") != "1" || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("Set-Cookie") != "" ||
				strings.Contains(fmt.Sprint(res.Header.Values("Vary")), "Cookie") {
				t.Errorf("%s %s: %v", path, name, res.Header)
			}
		}
	}
}

func TestHeadAndConditionalRequestsSendNoBody(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	for _, path := range []string{"/", "/blog/hello", "/about", "/feed.xml", "/blog/hello?at=none"} {
		full := s.get(c, path)
		head := s.do(c, s.request(http.MethodHead, path, ""))
		if head.StatusCode != full.StatusCode || head.text != "" || head.ContentLength != int64(len(full.text)) ||
			head.Header.Get("ETag") != full.Header.Get("ETag") {
			t.Errorf("HEAD %s: %d, %d bytes, %v", path, head.StatusCode, head.ContentLength, head.Header)
		}
		if full.StatusCode != http.StatusOK {
			continue
		}
		same := s.get(c, path, "If-None-Match", full.Header.Get("ETag"))
		if same.StatusCode != http.StatusNotModified || same.text != "" || same.Header.Get("X-Accel-Expires") != "1" {
			t.Errorf("%s unchanged: %d %v", path, same.StatusCode, same.Header)
		}
	}
}

func TestNewCommentIsOnTheNextReadersPage(t *testing.T) {
	s, f := newFaultySite(t)
	writer, reader := s.browser(), s.browser()
	old := s.get(reader, "/blog/hello")
	id := s.comment(writer, "hello", "fresh")
	now := s.get(reader, "/blog/hello", "If-None-Match", old.Header.Get("ETag"))
	if now.StatusCode != http.StatusOK || !strings.Contains(now.text, "c-"+id) {
		t.Errorf("%d: the comment is not there", now.StatusCode)
	}
	before := f.pagesRead()
	s.get(reader, "/blog/hello")
	if f.pagesRead() != before {
		t.Error("an unchanged page was made twice")
	}
}

func TestLostWakeCostsFiveSeconds(t *testing.T) {
	lost := false
	s := newSite(t, func(d *web.Deps, s *site) {
		s.wakes = func(id string) {
			if !lost {
				s.server.Stale(id)
			}
		}
	})
	reader := s.browser()
	s.get(reader, "/blog/hello")
	lost = true
	id := s.comment(s.browser(), "hello", "unannounced")
	s.clock.advance(6 * time.Second)
	if res := s.get(reader, "/blog/hello"); !strings.Contains(res.text, "c-"+id) {
		t.Error("after six seconds the comment is not there")
	}
}

func TestCrowdCostsOneRendering(t *testing.T) {
	const many = 20
	arrived := make(chan struct{}, many)
	s, f := newFaultySite(t, func(d *web.Deps, _ *site) {
		ids := d.PostIDs
		d.PostIDs = func(slug string) (string, bool) {
			arrived <- struct{}{}
			return ids(slug)
		}
	})
	f.gate = make(chan struct{})
	var crowd sync.WaitGroup
	for range many {
		c := s.browser()
		crowd.Go(func() {
			if res := s.get(c, "/blog/hello"); res.StatusCode != http.StatusOK {
				t.Errorf("%d", res.StatusCode)
			}
		})
	}
	for range many {
		<-arrived
	}
	close(f.gate)
	crowd.Wait()
	if n := f.pagesRead(); n != 1 {
		t.Errorf("the page was read %d times for one crowd", n)
	}
}

func TestBrotliComesWithoutMakingAnyoneWait(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	first := s.get(c, "/blog/hello", "Accept-Encoding", "br, gzip")
	if got := first.Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("the first reader got %q", got)
	}
	s.get(c, "/blog/hello", "Accept-Encoding", "br, gzip")
	s.server.Close() // waits for the compression
	res := s.get(c, "/blog/hello", "Accept-Encoding", "br, gzip")
	if got := res.Header.Get("Content-Encoding"); got != "br" {
		t.Errorf("the third reader got %q", got)
	}
	if again := s.get(c, "/blog/hello", "Accept-Encoding", "br, gzip", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("who has the gzip bytes gets %d", again.StatusCode)
	}
	if plain := s.get(c, "/blog/hello"); plain.Header.Get("Content-Encoding") != "" {
		t.Error("who takes no encoding got one")
	}
}

func TestSessionsPageIsNobodyElses(t *testing.T) {
	s := newSite(t)
	writer := s.browser()
	id := s.comment(writer, "hello", "mine")
	own := s.get(writer, "/blog/hello")
	public := s.get(s.browser(), "/blog/hello")
	if !strings.Contains(own.text, id+"/edit") || strings.Contains(public.text, id+"/edit") {
		t.Error("own controls belong to the writer alone")
	}
	if own.Header.Get("Cache-Control") != "private, no-cache" || own.Header.Get("X-Accel-Expires") != "" {
		t.Errorf("own page: %v", own.Header)
	}
	if again := s.get(writer, "/blog/hello", "If-None-Match", own.Header.Get("ETag")); again.StatusCode != http.StatusNotModified ||
		again.Header.Get("Cache-Control") != "private, no-cache" || again.Header.Get("X-Accel-Expires") != "" {
		t.Errorf("own page unchanged: %d %v", again.StatusCode, again.Header)
	}
}

func TestCookiesBlockedCostsOnlyOwnControls(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	c.Jar = nil
	id := s.comment(c, "hello", "no cookies here")
	res := s.get(c, "/blog/hello?at="+id)
	if res.StatusCode != http.StatusOK || !strings.Contains(res.text, "no cookies here") || strings.Contains(res.text, id+"/edit") {
		t.Errorf("%d %s", res.StatusCode, res.text)
	}
	if again := s.comment(c, "hello", "no cookies here"); again != id {
		t.Error("sent twice, it is there twice")
	}
}

func TestBaseURLIsBelievedAndNoHost(t *testing.T) {
	s := newSite(t, func(d *web.Deps, _ *site) { d.Config.BaseURL = "https://blog.example" })
	r := s.request(http.MethodGet, "/blog/hello", "")
	r.Host = "forged.test"
	forged := s.do(s.browser(), r)
	if forged.text != s.get(s.browser(), "/blog/hello").text || strings.Contains(forged.text, "forged.test") {
		t.Error("the host is in the page")
	}
	if !strings.Contains(forged.text, `<link rel="canonical" href="https://blog.example/blog/hello">`) {
		t.Error("no canonical address")
	}
	for _, same := range []string{"https://blog.example", "https://Blog.Example/", "https://blog.example//"} {
		if got, err := web.Origin(same); got != "https://blog.example" || err != nil {
			t.Errorf("base URL %q: %q, %v", same, got, err)
		}
	}
	for _, bad := range []string{"https://blog.example/?x", "https://blog.example/#x", "https://me@blog.example", "blog.example", "ftp://blog.example", "https://blog.example/path", "https://", "https://a b"} {
		if _, err := web.New(web.Deps{Config: web.Config{BaseURL: bad}, Now: time.Now}); err == nil || !strings.Contains(err.Error(), "base URL") {
			t.Errorf("base URL %q: %v", bad, err)
		}
	}
}

func TestTooManyCommentsAreToldWhenToComeBack(t *testing.T) {
	s := newSite(t, func(d *web.Deps, _ *site) { d.Config.RateLimit = web.RateLimit{Burst: 2, Every: 90 * time.Second} })
	c := s.browser()
	s.comment(c, "hello", "one")
	s.comment(c, "hello", "two")
	for _, fragment := range []string{"", "true"} {
		res := s.do(c, s.request("POST", "/blog/hello/comments", "name=An&body=three+is+too+many", "HX-Request", fragment))
		if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "90" || !strings.Contains(res.text, "three is too many") {
			t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
	if res := s.do(c, s.request("POST", "/blog/hello/comments", "name=&body=")); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a mistake: %d", res.StatusCode)
	}
	s.clock.advance(90 * time.Second)
	if s.comment(c, "hello", "three") == "" {
		t.Error("who waited is still refused")
	}
}

func TestLogHasOneLineARequestAndNothingPrivate(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	s.do(c, s.request("POST", "/blog/hello/comments?secret=q1w2", "name=Secretive&body=Private+words", "X-Forwarded-For", "192.0.2.77"))
	s.get(c, "/blog/hello?at=x&token=q1w2", "X-Request-Id", "00112233445566778899aabbccddeeff")
	s.http.Close() // waits for the handlers: a large answer is with its reader before its line is in the log
	var requests []map[string]any
	for line := range strings.Lines(s.log.String()) {
		var m map[string]any
		s.must(json.Unmarshal([]byte(line), &m))
		if m["msg"] == "request" {
			requests = append(requests, m)
		}
	}
	if len(requests) != 2 || requests[0]["route"] != "POST /blog/{slug}/comments" || requests[0]["status"] != 303.0 ||
		requests[1]["request_id"] != "00112233445566778899aabbccddeeff" || requests[1]["bytes"].(float64) == 0 || !inMilliseconds(requests[0]["duration_ms"]) {
		t.Errorf("%v", requests)
	}
	for _, private := range []string{"192.0.2.77", "Secretive", "Private", "q1w2", "127.0.0.1"} {
		if strings.Contains(s.log.String(), private) {
			t.Errorf("the log tells %s", private)
		}
	}
}

// inMilliseconds tells whether a time in the log is a number above 0, with three decimals at most, of less than a minute.
func inMilliseconds(v any) bool {
	ms, ok := v.(float64)
	return ok && ms > 0 && ms < 60_000 && len(strconv.FormatFloat(ms, 'f', -1, 64)) <= len(strconv.FormatFloat(ms, 'f', 3, 64))
}

func TestHeldCommentIsItsWritersAlone(t *testing.T) {
	s := newSite(t, holdAll)
	writer := s.browser()
	res := s.do(writer, s.request("POST", "/blog/hello/comments", "name=An&body=not+yet"))
	to, err := res.Location()
	s.must(err)
	at := to.RequestURI()
	if to.Query().Get("notice") != "held" {
		t.Errorf("led to %s", to)
	}
	if page := s.get(writer, at); page.StatusCode != http.StatusOK || !strings.Contains(page.text, "not yet") {
		t.Errorf("its writer: %d", page.StatusCode)
	}
	for _, path := range []string{at, "/blog/hello"} {
		page := s.get(s.browser(), path)
		if page.StatusCode != http.StatusOK || strings.Contains(page.text, "not yet") {
			t.Errorf("%s: a stranger: %d", path, page.StatusCode)
		}
	}
	if frag := s.do(writer, s.request("POST", "/blog/hello/comments", "name=An&body=nor+this", "HX-Request", "true")); !strings.Contains(frag.text, "nor this") {
		t.Errorf("the script's answer: %s", frag.text)
	}
}

func TestCookieThatIsNoTokenIsNotLookedUp(t *testing.T) {
	s, f := newFaultySite(t)
	f.set("sessions", true)
	s.get(s.browser(), "/blog/hello", "Cookie", "vang=short")
	if strings.Contains(s.log.String(), marker) {
		t.Error("anyone's cookie costs a look into the session store")
	}
	s.get(s.browser(), "/blog/hello", "Cookie", "vang="+strings.Repeat("x", 43))
	if !strings.Contains(s.log.String(), marker) {
		t.Error("the session store was not asked at all")
	}
}

func TestSavedFileIsOnTheNextReadersPage(t *testing.T) {
	s := newSite(t)
	ctx, stop := context.WithCancel(t.Context())
	loaded, done := make(chan struct{}, 8), make(chan error, 1)
	go func() {
		done <- s.library.Watch(ctx, func(_, _ *posts.Snapshot) { loaded <- struct{}{} })
	}()
	defer func() { stop(); <-done }()
	paths := []string{"/", "/blog/third", "/archive", "/feed.xml", "/about"}
	old, _ := s.library.Snapshot().At("/about")
	before := map[string]read{}
	for _, path := range paths {
		before[path] = s.get(s.browser(), path)
	}
	for name, text := range map[string]string{
		"posts/third.md": "---\ntitle: Rewritten\ndate: 2026-11-01\n---\n\nOther words.\n",
		"pages/about.md": "---\ntitle: About\n---\n\nRewritten.\n",
	} {
		s.must(os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644))
	}
	both := func(snap *posts.Snapshot) bool {
		about, _ := snap.At("/about")
		return snap.Posts("en")[0].Title == "Rewritten" && about.Hash != old.Hash
	}
	for !both(s.library.Snapshot()) {
		<-loaded // one load, or one for each file
	}
	for _, path := range paths {
		res := s.get(s.browser(), path, "If-None-Match", before[path].Header.Get("ETag"))
		if res.StatusCode != http.StatusOK || !strings.Contains(res.text, "Rewritten") {
			t.Errorf("%s: %d, not what was saved", path, res.StatusCode)
		}
	}
}

func TestForgottenIsForgotten(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	id := s.comment(c, "hello", "then forgotten")
	token := s.get(c, "/blog/hello").Request.Header.Get("Cookie")
	res := s.do(c, s.request("POST", "/me/forget", "", "Referer", s.http.URL+"/blog/hello"))
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/blog/hello?notice=forgotten" {
		t.Errorf("%d to %s", res.StatusCode, to)
	}
	stolen := s.browser()
	stolen.Jar = nil
	for who, page := range map[string]read{
		"the browser": s.get(c, "/blog/hello"), "who kept the cookie": s.get(stolen, "/blog/hello", "Cookie", token),
	} {
		if strings.Contains(page.text, id+"/edit") || page.Header.Get("X-Accel-Expires") != "1" {
			t.Errorf("%s is still known", who)
		}
	}
}

func TestFeedsAndMaps(t *testing.T) {
	s := newSite(t, func(d *web.Deps, _ *site) { d.Config.BaseURL = "https://blog.example" })
	for _, path := range []string{"/feed.xml", "/vi/feed.xml", "/rss.xml", "/tag/short/rss.xml", "/feed.json", "/sitemap.xml", "/robots.txt"} {
		golden := filepath.Join("testdata", "golden", strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "-"))
		got := s.get(s.browser(), path).text
		if *update {
			s.must(os.MkdirAll(filepath.Dir(golden), 0o755))
			s.must(os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		s.must(err)
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
}

func TestMediaCannotRunScript(t *testing.T) {
	s := newSite(t)
	res := s.get(s.browser(), "/media/dot.png")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	page := s.get(s.browser(), "/media/page.html")
	if page.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(page.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", page.Header)
	}
	for _, path := range []string{"/media/", "/media/none.png", "/media/../site.yaml", "/media/%2e%2e/site.yaml", "/media/..%2fsite.yaml", "/media/.hidden"} {
		if res := s.get(s.browser(), path); res.StatusCode == http.StatusOK {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.text)
		}
	}
}
