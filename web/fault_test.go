package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"vang/blog"
	"vang/web"
)

// marker is in every injected error, and must be in no answer.
const marker = "zq-internal-text"

// faults makes dependencies fail from the moment that a test says so.
type faults struct {
	mu    sync.Mutex
	on    map[string]bool // "reader", "comments", "sessions"
	panic bool
	reads int           // of pages
	gate  chan struct{} // holds readings of pages until it is closed
}

func (f *faults) set(part string, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.on == nil {
		f.on = map[string]bool{}
	}
	f.on[part] = on
}

func (f *faults) err(part string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.on[part] {
		return nil
	}
	if f.panic {
		panic(marker)
	}
	return fmt.Errorf("disk at /var/lib/%s: %w", marker, errors.New(marker))
}

func (f *faults) pagesRead() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads
}

// newFaultySite is a site whose dependencies can be broken.
func newFaultySite(t testing.TB, opts ...option) (*site, *faults) {
	t.Helper()
	f := &faults{}
	return newSite(t, append([]option{func(d *web.Deps, s *site) {
		d.Reader = faultyReader{d.Reader, f}
		d.Sessions = faultySessions{d.Sessions.(scs.CtxStore), f}
		d.Discussion = blog.NewDiscussion(faultyComments{s.store, f}, s.stale, nil)
	}}, opts...)...), f
}

type faultyReader struct {
	web.Reader
	f *faults
}

func (r faultyReader) Comment(ctx context.Context, id string) (blog.Comment, error) {
	if err := r.f.err("reader"); err != nil {
		return blog.Comment{}, err
	}
	return r.Reader.Comment(ctx, id)
}

func (r faultyReader) Ancestors(ctx context.Context, id string) ([]blog.Comment, error) {
	if err := r.f.err("reader"); err != nil {
		return nil, err
	}
	return r.Reader.Ancestors(ctx, id)
}

func (r faultyReader) Page(ctx context.Context, q blog.PageQuery) (blog.Page, error) {
	r.f.mu.Lock()
	r.f.reads++
	gate := r.f.gate
	r.f.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if err := r.f.err("reader"); err != nil {
		return blog.Page{}, err
	}
	return r.Reader.Page(ctx, q)
}

func (r faultyReader) Standing(ctx context.Context, id, visitor string) (blog.Head, bool, error) {
	if err := r.f.err("reader"); err != nil {
		return blog.Head{}, false, err
	}
	return r.Reader.Standing(ctx, id, visitor)
}

func (r faultyReader) Changes(ctx context.Context, id string, rev int64, limit int) (blog.Changes, error) {
	if err := r.f.err("reader"); err != nil {
		return blog.Changes{}, err
	}
	return r.Reader.Changes(ctx, id, rev, limit)
}

func (r faultyReader) Heads(ctx context.Context, ids []string) ([]blog.Head, error) {
	if err := r.f.err("heads"); err != nil {
		return nil, err
	}
	return r.Reader.Heads(ctx, ids)
}

type faultyComments struct {
	blog.Comments
	f *faults
}

func (c faultyComments) AddComment(ctx context.Context, n blog.NewComment) (blog.Added, error) {
	if err := c.f.err("comments"); err != nil {
		return blog.Added{}, err
	}
	return c.Comments.AddComment(ctx, n)
}

func (c faultyComments) EditComment(ctx context.Context, ch blog.Change, body string) (blog.Comment, error) {
	if err := c.f.err("comments"); err != nil {
		return blog.Comment{}, err
	}
	return c.Comments.EditComment(ctx, ch, body)
}

func (c faultyComments) MoveComment(ctx context.Context, ch blog.Change, to blog.State) (blog.Comment, error) {
	if err := c.f.err("comments"); err != nil {
		return blog.Comment{}, err
	}
	return c.Comments.MoveComment(ctx, ch, to)
}

type faultySessions struct {
	scs.CtxStore
	f *faults
}

func (s faultySessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	if err := s.f.err("sessions"); err != nil {
		return nil, false, err
	}
	return s.CtxStore.FindCtx(ctx, token)
}

func (s faultySessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	if err := s.f.err("sessions"); err != nil {
		return err
	}
	return s.CtxStore.CommitCtx(ctx, token, b, expiry)
}

func (s faultySessions) DeleteCtx(ctx context.Context, token string) error {
	if err := s.f.err("sessions"); err != nil {
		return err
	}
	return s.CtxStore.DeleteCtx(ctx, token)
}

// read is an answer that was read to its end.
type read struct {
	*http.Response
	text string
}

func (s *site) do(c *http.Client, r *http.Request) read {
	s.Helper()
	res, err := c.Do(r)
	s.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s.must(err)
	return read{res, string(b)}
}

func (s *site) request(method, path, body string, headers ...string) *http.Request {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.http.URL+path, strings.NewReader(body))
	s.must(err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func (s *site) get(c *http.Client, path string, headers ...string) read {
	s.Helper()
	return s.do(c, s.request(http.MethodGet, path, "", headers...))
}

// comment posts a form and returns the new comment's id.
func (s *site) comment(c *http.Client, slug, body string) string {
	s.Helper()
	res := s.do(c, s.request(http.MethodPost, "/blog/"+slug+"/comments", url.Values{"name": {"An"}, "body": {body}}.Encode()))
	to, err := res.Location()
	if err != nil {
		s.Fatalf("comment: %d %s", res.StatusCode, res.text)
	}
	return to.Query().Get("at")
}

// TestInternalWordsReachNoReader breaks each dependency in turn, with errors and with panics, and asks every address.
func TestInternalWordsReachNoReader(t *testing.T) {
	for _, part := range []string{"reader", "heads", "comments", "sessions"} {
		for _, panics := range []bool{false, true} {
			if panics && part == "heads" {
				continue // read in the background, by our own store
			}
			t.Run(fmt.Sprintf("%s/panic=%t", part, panics), func(t *testing.T) {
				t.Parallel()
				s, f := newFaultySite(t)
				c := s.browser()
				id := s.comment(c, "hello", "before the fault")
				f.panic = panics
				f.set(part, true)
				s.clock.advance(time.Minute)
				for _, a := range everyAddress(id) {
					for _, client := range []*http.Client{c, s.browser()} {
						s.askBoth(client, a)
					}
				}
				if !strings.Contains(s.log.String(), marker) {
					t.Error("the log does not tell what failed: was anything injected?")
				}
			})
		}
	}
}

// askBoth asks one address as a browser and as our script, and looks for what must not be in the answer.
func (s *site) askBoth(c *http.Client, address string) {
	s.Helper()
	method, path, _ := strings.Cut(address, " ")
	body := ""
	if method == http.MethodPost {
		body = "name=An&body=another&version=0"
	}
	for _, fragment := range []string{"", "true"} {
		res := s.do(c, s.request(method, path, body, "HX-Request", fragment))
		if strings.Contains(res.text, marker) || strings.Contains(fmt.Sprint(res.Header), marker) || strings.Contains(res.text, "goroutine 1") {
			s.Errorf("%s: the answer tells what failed: %s", address, res.text)
		}
	}
}

func everyAddress(id string) []string {
	at := "/blog/hello/comments/" + id
	return []string{
		"GET /", "GET /vi/", "GET /archive", "GET /category/letters", "GET /tag/short", "GET /about", "GET /blog/hello",
		"GET /blog/hello?at=" + id, "GET /blog/hello?reply=" + id, "GET /blog/hello?sort=newest", "GET /nothing",
		"GET /blog/hello/comments", "POST /blog/hello/comments", "GET " + at + "/edit", "POST " + at + "/edit",
		"GET " + at + "/delete", "POST " + at + "/delete", "GET /feed.xml", "GET /feed.json", "GET /sitemap.xml", "GET /robots.txt",
		"GET /api/comments?post=hello", "GET /api/comments/" + id, "GET /api/comments/" + id + "/context",
		"GET /health", "GET /livez", "GET /readyz", "GET /metrics", "GET /live?post=hello", "POST /me/forget",
	}
}

func TestArticleOutlivesItsDatabase(t *testing.T) {
	s, f := newFaultySite(t)
	f.set("reader", true)
	f.set("heads", true)
	res := s.get(s.browser(), "/blog/hello")
	if res.StatusCode != http.StatusOK || !strings.Contains(res.text, "First <em>words</em>") {
		t.Errorf("%d %s", res.StatusCode, res.text)
	}
	if res.Header.Get("X-Accel-Expires") != "" || !strings.Contains(res.Header.Get("Cache-Control"), "private") {
		t.Error("the page without its comments may be kept")
	}
	if res := s.get(s.browser(), "/"); res.StatusCode != http.StatusOK {
		t.Errorf("home: %d", res.StatusCode)
	}
	f.set("reader", false)
	f.set("heads", false)
	if res := s.get(s.browser(), "/blog/hello"); res.Header.Get("X-Accel-Expires") == "" {
		t.Error("the page without its comments was kept")
	}
}

func TestCachedPageOutlivesItsDatabase(t *testing.T) {
	s, f := newFaultySite(t)
	s.comment(s.browser(), "hello", "still here")
	before := s.get(s.browser(), "/blog/hello")
	f.set("reader", true)
	f.set("heads", true)
	s.clock.advance(time.Hour)
	if after := s.get(s.browser(), "/blog/hello"); after.text != before.text {
		t.Error("the page that was ready is not shown any more")
	}
}

func TestTextSurvivesAFailingDatabase(t *testing.T) {
	for _, fragment := range []string{"", "true"} {
		s, f := newFaultySite(t)
		f.set("comments", true)
		f.set("reader", true)
		res := s.do(s.browser(), s.request("POST", "/blog/hello/comments", "name=An&body=a+long+thought&key=k", "HX-Request", fragment))
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(res.text, "a long thought") {
			t.Errorf("HX-Request %q: %d %s", fragment, res.StatusCode, res.text)
		}
		if !strings.Contains(res.text, res.Header.Get("X-Request-Id")) {
			t.Error("no id to quote to the operator")
		}
	}
}

func TestBrokenSessionStoreTakesNothingDown(t *testing.T) {
	s, f := newFaultySite(t)
	c := s.browser()
	s.comment(c, "hello", "remembered")
	public := s.get(s.browser(), "/blog/hello")
	f.set("sessions", true)
	res := s.get(c, "/blog/hello")
	if res.StatusCode != http.StatusOK || !strings.Contains(res.text, "not at hand") || strings.Contains(res.text, `value="An"`) {
		t.Errorf("reader with a session: %d %s", res.StatusCode, res.text)
	}
	f.set("reader", true)
	if res := s.get(c, "/blog/hello"); res.StatusCode != http.StatusOK || res.text != public.text || res.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("reader with a session, and no database: %d, not the public page", res.StatusCode)
	}
	f.set("reader", false)
	if id := s.comment(c, "hello", "written all the same"); id == "" {
		t.Error("no comment")
	}
	fresh := s.browser()
	res = s.do(fresh, s.request("POST", "/blog/hello/comments", "name=B&body=new+here", "HX-Request", "true"))
	if res.StatusCode != http.StatusOK || res.Header.Get("Set-Cookie") != "" || res.Header.Get("HX-Trigger") != "" {
		t.Errorf("new writer: %d, %v", res.StatusCode, res.Header)
	}
	if !strings.Contains(res.text, "new here") || strings.Contains(res.text, "/edit") {
		t.Error("want the comment, without controls that would not work")
	}
}
