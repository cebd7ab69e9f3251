package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vang/blog"
	"vang/web"
)

// wary has every own page read as if its reader held something.
type wary struct{ web.Reader }

func (w wary) Standing(ctx context.Context, id, visitor string) (blog.Head, bool, error) {
	h, _, err := w.Reader.Standing(ctx, id, visitor)
	return h, true, err
}

// unaided is the answer of a server that remembers nothing.
func unaided(s *site, d web.Deps, c *http.Client, path string) string {
	s.Helper()
	d.Registry, d.Remarks, d.Reader = prometheus.NewRegistry(), nil, wary{d.Reader}
	fresh, err := web.New(d)
	s.must(err)
	defer fresh.Close()
	sent := s.request(http.MethodGet, path, "")
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = sent.URL.Host
	for _, cookie := range c.Jar.Cookies(sent.URL) {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	fresh.Handler().ServeHTTP(w, r)
	return w.Body.String()
}

// TestAnOwnPageIsWhatADatabaseWouldShow has three people write, change and moderate while their pages are looked at: what was
// remembered shows in no answer.
func TestAnOwnPageIsWhatADatabaseWouldShow(t *testing.T) {
	var deps web.Deps
	hold := false
	s := newSite(t, func(d *web.Deps, s *site) {
		d.Discussion = blog.NewDiscussion(s.store, s.stale, func(blog.Submission) blog.State {
			if hold {
				return blog.Pending
			}
			return blog.Published
		})
		deps = *d
	})
	rng := rand.New(rand.NewPCG(3, 4))
	people := []*http.Client{s.browser(), s.browser(), s.browser()}
	var ids []string
	withHeld := 0
	for step := range 200 {
		c := people[rng.IntN(len(people))]
		switch n := rng.IntN(10); {
		case n < 6 || len(ids) == 0:
			hold = rng.IntN(15) == 0
			ids = append(ids, s.comment(c, "hello", fmt.Sprintf("Words %d", step)))
		case n < 8:
			s.clock.advance(time.Duration(rng.IntN(10)) * time.Minute)
		default: // by another process: no wake comes
			to := []blog.State{blog.Published, blog.Hidden, blog.Pending, blog.Deleted}[rng.IntN(4)]
			_, _ = s.store.MoveComment(t.Context(), blog.Change{ID: ids[rng.IntN(len(ids))], Moderator: true, Version: blog.AnyVersion}, to)
		}
		c = people[rng.IntN(len(people))]
		path := []string{"/blog/hello", "/blog/hello?sort=newest", "/blog/hello?from=30", "/blog/hello?until=40"}[rng.IntN(4)]
		if len(ids) > 3 && rng.IntN(5) == 0 {
			path = "/blog/hello?at=" + ids[len(ids)-1]
		}
		for range 2 {
			if got, want := s.get(c, path).text, unaided(s, deps, c, path); got != want {
				t.Fatalf("after step %d %s shows\n%s\nwant\n%s", step, path, got, want)
			} else if strings.Contains(got, `class="held"`) && !strings.Contains(path, "at=") {
				withHeld++
			}
		}
	}
	if withHeld < 10 {
		t.Errorf("only %d pages with a held comment were looked at", withHeld)
	}
}

func TestAnOwnPageThatNothingHappenedToIsNotRead(t *testing.T) {
	s, f := newFaultySite(t)
	writer, other := s.browser(), s.browser()
	s.comment(writer, "hello", "mine")
	first := s.get(writer, "/blog/hello")
	before := f.pagesRead()
	if again := s.get(writer, "/blog/hello"); again.text != first.text || !strings.Contains(again.text, `class="own"`) {
		t.Error("another page, or without controls")
	}
	if n := f.pagesRead() - before; n != 0 {
		t.Errorf("read %d times", n)
	}
	s.comment(other, "hello", "theirs")
	before = f.pagesRead()
	for range 3 {
		if !strings.Contains(s.get(writer, "/blog/hello").text, "theirs") {
			t.Error("what was said meanwhile is not there")
		}
	}
	if n := f.pagesRead() - before; n != 1 {
		t.Errorf("read %d times after one comment", n)
	}
}

// between adds a comment of the visitor's between the two questions for an own page.
type between struct {
	web.Reader
	do func()
}

func (b *between) Standing(ctx context.Context, id, visitor string) (blog.Head, bool, error) {
	h, holds, err := b.Reader.Standing(ctx, id, visitor)
	if b.do != nil {
		b.do()
	}
	return h, holds, err
}

func TestAnOwnCommentThatIsHeldDuringTheReadIsShown(t *testing.T) {
	var b *between
	s := newSite(t, func(d *web.Deps, s *site) {
		holdAll(d, s)
		b = &between{Reader: d.Reader}
		d.Reader = b
	})
	c := s.browser()
	s.comment(c, "second", "so that there is a session")
	b.do = func() {
		b.do = nil
		s.comment(c, "hello", "held meanwhile")
	}
	if page := s.get(c, "/blog/hello").text; !strings.Contains(page, "held meanwhile") {
		t.Error("the page has passed the comment without showing it")
	}
}

// TestAReloadOfAllPagesCostsOneRead has all pages of a post load their list anew, as they do after a restore.
func TestAReloadOfAllPagesCostsOneRead(t *testing.T) {
	s, f := newFaultySite(t)
	s.comment(s.browser(), "hello", "something")
	before := f.pagesRead()
	var crowd sync.WaitGroup
	handler := s.server.Handler()
	for range 1000 {
		crowd.Go(func() {
			w := &discarded{header: http.Header{}}
			handler.ServeHTTP(w, s.request(http.MethodGet, "/blog/hello/comments", "", "HX-Request", "true"))
			if w.status != http.StatusOK {
				t.Errorf("%d", w.status)
			}
		})
	}
	crowd.Wait()
	if n := f.pagesRead() - before; n != 1 {
		t.Errorf("1,000 lists cost %d reads", n)
	}
}

// discarded takes an answer.
type discarded struct {
	header http.Header
	status int
}

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) WriteHeader(status int)      { d.status = status }
func (d *discarded) Write(b []byte) (int, error) { return len(b), nil }
