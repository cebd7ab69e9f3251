package web_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/posts"
	"vang/web"
)

// line is one connection on which requests are sent as they are written here.
type line struct {
	*site
	conn  net.Conn
	in    *bufio.Reader
	heard *bytes.Buffer
	idle  chan struct{} // net/http waits for the next request
}

func (s *site) dial() *line {
	s.Helper()
	conn, err := net.Dial("tcp", s.http.Listener.Addr().String())
	s.must(err)
	s.Cleanup(func() { _ = conn.Close() })
	s.must(conn.SetDeadline(time.Now().Add(20 * time.Second)))
	heard, idle := &bytes.Buffer{}, make(chan struct{}, 1)
	s.idle.Store(conn.LocalAddr().String(), idle)
	return &line{s, conn, bufio.NewReader(io.TeeReader(conn, heard)), heard, idle}
}

var (
	idLine   = regexp.MustCompile(`X-Request-Id: [^\r]*\r\n`)
	dateLine = regexp.MustCompile(`Date: [^\r]*\r\n`)
)

// ask sends a request without a body and returns the answer's bytes but for date and id, and whether net/http gave it.
func (l *line) ask(method, target string, headers ...string) (answer string, long bool) {
	l.Helper()
	l.heard.Reset()
	_, err := io.WriteString(l.conn, method+" "+target+" HTTP/1.1\r\nHost: blog.example\r\n"+strings.Join(append(headers, "", ""), "\r\n"))
	l.must(err)
	res, err := http.ReadResponse(l.in, &http.Request{Method: method})
	l.must(err)
	_, err = io.Copy(io.Discard, res.Body)
	l.must(err)
	all := l.heard.String()
	if idLine.MatchString(all) {
		select { // who asks sooner may have the request's first byte read while net/http is not yet done with this one
		case <-l.idle:
		case <-time.After(10 * time.Second):
			l.Fatal("the server is not idle again")
		}
	}
	return dateLine.ReplaceAllString(idLine.ReplaceAllString(all, ""), ""), idLine.MatchString(all)
}

// ready asks until it gets a ready answer, which comes with the third request at the latest.
func (l *line) ready(method, target string, headers ...string) string {
	l.Helper()
	for range 3 {
		if answer, long := l.ask(method, target, headers...); !long {
			return answer
		}
	}
	l.Fatalf("%s %s %q: no answer was kept ready", method, target, headers)
	return ""
}

// odd sends a request to net/http, whose answer is the same.
const odd = "X-Odd: 1"

func withBase(d *web.Deps, _ *site) { d.Config.BaseURL = "https://blog.example" }

// TestReadyAnswersAreTheHandlersOwn: to the byte, on every public address.
func TestReadyAnswersAreTheHandlersOwn(t *testing.T) {
	for name, opt := range map[string]option{"with a base URL": withBase, "without": func(*web.Deps, *site) {}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, opt)
			for i := range 3 {
				s.comment(s.browser(), "hello", fmt.Sprint("comment ", i))
			}
			l := s.dial()
			for _, target := range []string{
				"/", "/?page=2", "/vi/", "/archive", "/archive/2025", "/category/letters", "/tag/short", "/vi/tag/ngan", "/about",
				"/blog/hello", "/blog/hello?sort=newest", "/blog/closed", "/essays/moved/", "/feed.xml", "/vi/feed.json", "/sitemap.xml",
				"/robots.txt", s.asset("vang.js"), s.asset("icon.svg"), "/speculation-rules.json",
			} {
				_, _ = l.ask("GET", target, "Accept-Encoding: br, gzip")
				s.server.Close() // no other compression runs, such as that of the page with the comments
				_, _ = l.ask("GET", target, "Accept-Encoding: br, gzip", odd)
				s.server.Close() // brotli is there
				whole := l.ready("GET", target, "Accept-Encoding: br, gzip")
				tag := "If-None-Match: " + regexp.MustCompile(`Etag: ([^\r]*)`).FindStringSubmatch(whole)[1]
				for _, headers := range [][]string{
					nil,
					{"Accept-Encoding: gzip"},
					{"Accept-Encoding: br, gzip"},
					{"Accept-Encoding: br;q=0, *"},
					{tag},
					{tag, "Accept-Encoding: br, gzip"},
					{`If-None-Match: W/"other", *`},
					{"Cookie: theme=dark"},
					{"Sec-Fetch-Dest: document", "Accept: text/html"},
				} {
					for _, method := range []string{"GET", "HEAD"} {
						got := l.ready(method, target, headers...)
						if want, long := l.ask(method, target, append(headers, odd)...); got != want || !long {
							t.Errorf("%s %s %q, long way %t:\n%.1500s\nwant\n%.1500s", method, target, headers, long, got, want)
						}
					}
				}
			}
		})
	}
}

// asset is the address of one of the site's own files, as a page has it.
func (s *site) asset(name string) string {
	s.Helper()
	stem, ext, _ := strings.Cut(name, ".")
	path := regexp.MustCompile(`/static/[^"]*` + stem + `[^"]*\.` + ext).FindString(s.get(s.browser(), "/about").text)
	if path == "" {
		s.Fatalf("no %s in the page", name)
	}
	return path
}

// TestReadyAnswersEndWithWhatTheyWereMadeOf: each change is in the next answer.
func TestReadyAnswersEndWithWhatTheyWereMadeOf(t *testing.T) {
	lost := false
	for name, tt := range map[string]struct {
		target string
		change func(s *site)
		shows  string
	}{
		"a comment":         {"/blog/hello", func(s *site) { s.comment(s.browser(), "hello", "fresh words") }, "fresh words"},
		"a comment's count": {"/", func(s *site) { s.comment(s.browser(), "hello", "fresh words") }, "1 comment"},
		"a wake that is lost": {"/blog/hello", func(s *site) {
			lost = true
			s.comment(s.browser(), "hello", "fresh words")
			lost = false
			s.clock.advance(6 * time.Second)
		}, "fresh words"},
		"new content": {"/about", func(s *site) { s.rewrite("pages/about.md", "---\ntitle: About\n---\n\nOther things.\n") }, "Other things."},
		"a new post in a feed": {"/feed.xml", func(s *site) {
			s.rewrite("posts/fresh.md", "---\ntitle: Fresh words\ndate: 2026-10-01\n---\n\nNew.\n")
		}, "Fresh words"},
		"settings": {"/about", func(s *site) { s.rewrite("site.yaml", "title: Renamed\nlang: en\n") }, "Renamed"},
		"the year": {"/about", func(s *site) { s.clock.advance(60 * 24 * time.Hour) }, "2027"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, func(_ *web.Deps, s *site) {
				s.wakes = func(id string) {
					if !lost {
						s.server.Stale(id)
					}
				}
			})
			l := s.dial()
			if before := l.ready("GET", tt.target); strings.Contains(before, tt.shows) {
				t.Fatal("it is there before the change")
			}
			tt.change(s)
			if after, _ := l.ask("GET", tt.target); !strings.Contains(after, tt.shows) {
				t.Errorf("%q is not on the next page", tt.shows)
			}
			if again := l.ready("GET", tt.target); !strings.Contains(again, tt.shows) {
				t.Errorf("%q is not in the ready answer", tt.shows)
			}
		})
	}
}

// TestPostsThatAreNotRegisteredYetAreNotKeptReady: while the database does not take a new post, it is shown without a
// discussion, and with one as soon as it has one.
func TestPostsThatAreNotRegisteredYetAreNotKeptReady(t *testing.T) {
	var registered atomic.Bool
	s := newSite(t, withBase, func(d *web.Deps, _ *site) {
		ids := d.PostIDs
		d.PostIDs = func(slug string) (string, bool) {
			if slug == "hello" && !registered.Load() {
				return "", false
			}
			return ids(slug)
		}
	})
	l := s.dial()
	for range 3 {
		for _, target := range []string{"/blog/hello", "/"} {
			if _, long := l.ask("GET", target); !long {
				t.Errorf("%s was kept ready", target)
			}
		}
	}
	registered.Store(true)
	if page, _ := l.ask("GET", "/blog/hello"); !strings.Contains(page, `id="comments"`) {
		t.Error("there is no discussion")
	}
	l.ready("GET", "/blog/hello")
	l.ready("GET", "/")
	registered.Store(false) // such as another discussion in its place
	if _, long := l.ask("GET", "/blog/hello"); !long {
		t.Error("a discussion that is none any more was kept ready")
	}
}

// rewrite changes a file of the content and waits until it is live.
func (s *site) rewrite(name, text string) {
	s.Helper()
	ctx, stop := context.WithCancel(s.Context())
	loaded, done := make(chan struct{}, 8), make(chan error, 1)
	go func() { done <- s.library.Watch(ctx, func(_, _ *posts.Snapshot) { loaded <- struct{}{} }) }()
	defer func() { stop(); <-done }()
	before := s.library.Snapshot()
	s.must(os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644))
	for s.library.Snapshot() == before {
		select {
		case <-loaded:
		case <-time.After(10 * time.Second):
			s.Fatalf("%s was not loaded", name)
		}
	}
}

// TestWritersSeeTheirOwnWhateverIsReady: with a session, and as someone who takes no cookies and is led to the comment.
func TestWritersSeeTheirOwnWhateverIsReady(t *testing.T) {
	s := newSite(t, holdAll) // so that only its writer sees the comment
	l := s.dial()
	l.ready("GET", "/blog/hello", "Accept-Encoding: gzip")
	writer := s.browser()
	id := s.comment(writer, "hello", "held words")
	l.ready("GET", "/blog/hello", "Accept-Encoding: gzip")
	for range 3 {
		if page := s.get(writer, "/blog/hello"); !strings.Contains(page.text, "c-"+id) {
			t.Fatal("the writer's own comment is not there")
		}
	}
	for _, name := range []string{"vang", "__Host-vang"} {
		if _, long := l.ask("GET", "/blog/hello", "Accept-Encoding: gzip", "Cookie: a=b; "+name+"=x"); !long {
			t.Errorf("the cookie %s got a ready answer", name)
		}
	}
	for range 3 {
		if _, long := l.ask("GET", "/blog/hello?at="+id); !long {
			t.Error("a page that points at a comment was kept ready")
		}
	}
}

// TestSchemeAndHostAreOfTheAnswer: without a base URL, what a proxy that is trusted says of the scheme is in the page's links.
func TestSchemeAndHostAreOfTheAnswer(t *testing.T) {
	s := newSite(t)
	l := s.dial()
	for _, scheme := range []string{"http", "https"} {
		if got := l.ready("GET", "/sitemap.xml", "X-Forwarded-Proto: "+scheme); !strings.Contains(got, scheme+"://blog.example/blog/hello") {
			t.Errorf("%s: %s", scheme, got)
		}
	}
	if got := l.ready("GET", "/sitemap.xml"); !strings.Contains(got, "http://blog.example/blog/hello") {
		t.Error(got)
	}
	client := s.browser()
	for range 3 {
		r := s.request("GET", "/sitemap.xml", "")
		r.Host = "other.example"
		if got := s.do(client, r); !strings.Contains(got.text, "http://other.example/blog/hello") {
			t.Error(got.text)
		}
	}
}

// TestInventedHostsDriveNothingOut: thousands of them cost the site's own page no rendering.
func TestInventedHostsDriveNothingOut(t *testing.T) {
	s, f := newFaultySite(t)
	l := s.dial()
	l.ready("GET", "/blog/hello")
	client := s.browser()
	ask := func(host string) (long bool) {
		r := s.request("GET", "/blog/hello", "")
		r.Host = host
		if res := s.do(client, r); res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", host, res.StatusCode)
		} else {
			return res.Header.Get("X-Request-Id") != ""
		}
		return false
	}
	for i := range 600 {
		ask(fmt.Sprintf("h%d.example", i))
	}
	before := f.pagesRead()
	if _, long := l.ask("GET", "/blog/hello"); long || f.pagesRead() != before {
		t.Error("the site's own page is no longer ready")
	}
	for range 5 {
		if !ask("late.example") { // has no place, but is not rendered for each request either
			t.Error("a host without a place has a ready answer")
		}
	}
	if n := f.pagesRead() - before; n > 1 {
		t.Errorf("%d renderings for one host without a place", n)
	}
}

// TestQueriesThatSayNothingDriveNothingOut: they are answered, but not kept ready.
func TestQueriesThatSayNothingDriveNothingOut(t *testing.T) {
	s := newSite(t, withBase)
	l := s.dial()
	l.ready("GET", "/blog/hello")
	for i := range 20 {
		for range 3 {
			if _, long := l.ask("GET", fmt.Sprintf("/blog/hello?utm=%d", i)); !long {
				t.Fatal("a query that says nothing was kept ready")
			}
		}
	}
	if _, long := l.ask("GET", "/blog/hello"); long {
		t.Error("the page is no longer ready")
	}
}

// TestStormCostsOneRenderingPerWake: however many read while a post is being commented on.
func TestStormCostsOneRenderingPerWake(t *testing.T) {
	const comments, readers = 25, 8
	s, f := newFaultySite(t, withBase)
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	for range readers {
		l := s.dial()
		crowd.Go(func() {
			for ctx.Err() == nil {
				l.ask("GET", "/blog/hello", "Accept-Encoding: gzip")
			}
		})
	}
	before := f.pagesRead()
	writer := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for i := range comments {
		form := url.Values{"name": {"An"}, "body": {fmt.Sprint("storm ", i)}}.Encode()
		if res := s.do(writer, s.request("POST", "/blog/hello/comments", form)); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%d", res.StatusCode)
		}
	}
	if page, _ := s.dial().ask("GET", "/blog/hello"); !strings.Contains(page, fmt.Sprint("storm ", comments-1)) {
		t.Error("the last comment is not on the page")
	}
	stop()
	crowd.Wait()
	if n := f.pagesRead() - before; n > comments+1 {
		t.Errorf("%d renderings for %d wakes and %d readers", n, comments, readers)
	}
}

// TestReadyAnswersAreCounted like all others, and logged only where everything is.
func TestReadyAnswersAreCounted(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelDebug} {
		s := newSite(t, withBase, func(d *web.Deps, s *site) {
			d.Log = slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: level}))
		})
		l := s.dial()
		body := l.ready("GET", "/blog/hello", "Accept-Encoding: gzip")
		_, text, _ := strings.Cut(body, "\r\n\r\n")
		count := func(series string) (n float64) {
			l.ask("GET", "/readyz") // an answer is counted after it is written: before the next on its connection is
			for row := range strings.SplitSeq(s.get(s.browser(), "/metrics").text, "\n") {
				if value, ok := strings.CutPrefix(row, series+" "); ok {
					_, _ = fmt.Sscan(value, &n)
				}
			}
			return n
		}
		const labels = `{method="GET",route="/blog/{slug}",status="2xx"}`
		all := []string{"vang_http_requests_total" + labels, "vang_http_request_duration_seconds_count" + labels, "vang_page_cache_hits_total"}
		var before []float64
		for _, series := range all {
			before = append(before, count(series))
		}
		bytes, logged := count(`vang_http_response_bytes_total{route="/blog/{slug}"}`), strings.Count(s.log.String(), `"ready answer"`)
		for range 10 {
			l.ready("GET", "/blog/hello", "Accept-Encoding: gzip")
		}
		for i, series := range all {
			if n := count(series) - before[i]; n != 10 {
				t.Errorf("%s grew by %v for 10 ready answers", series, n)
			}
		}
		if n := count(`vang_http_response_bytes_total{route="/blog/{slug}"}`) - bytes; n != float64(10*len(text)) {
			t.Errorf("%v bytes counted of %d", n, 10*len(text))
		}
		if n := strings.Count(s.log.String(), `"ready answer"`) - logged; n != map[slog.Level]int{slog.LevelInfo: 0, slog.LevelDebug: 10}[level] {
			t.Errorf("%d log lines at %s", n, level)
		}
	}
}
