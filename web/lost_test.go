package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/posts"
	"vang/views"
)

// tooLong is more than a form may carry.
var tooLong = "name=An&version=0&body=" + strings.Repeat("many words ", 30_000)

func TestAFormThatIsTooLongSaysWhereItsTextIs(t *testing.T) {
	s := newSite(t)
	c := s.browser()
	for slug, lang := range map[string]blog.Lang{"hello": blog.English, "xin-chao": blog.Vietnamese} {
		w := views.Words(lang)
		id := s.comment(c, slug, "short")
		for path, back := range map[string]string{
			"/blog/" + slug + "/comments":                 "/blog/" + slug,
			"/blog/" + slug + "/comments/" + id + "/edit": "/blog/" + slug + "?at=" + id + "#c-" + id,
		} {
			res := s.do(c, s.request("POST", path, tooLong))
			if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(res.text, w.GoBack) || strings.Contains(res.text, "<textarea") {
				t.Errorf("%s: %d %s", path, res.StatusCode, res.text)
			}
			if !strings.Contains(res.text, `href="`+back+`"`) {
				t.Errorf("%s: no way back to %s", path, back)
			}
		}
	}
}

// hasty is a listener whose connections wait a moment for what others would have seconds for.
type hasty struct{ net.Listener }

func (l hasty) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return hastyConn{c}, err
}

type hastyConn struct{ net.Conn }

func (c hastyConn) SetReadDeadline(t time.Time) error {
	if time.Until(t) > 0 {
		t = time.Now().Add(50 * time.Millisecond)
	}
	return c.Conn.SetReadDeadline(t)
}

func TestAFormThatIsTooSlowIsToldSo(t *testing.T) {
	s := newSite(t)
	front := httptest.NewUnstartedServer(s.server.Handler())
	front.Listener = hasty{front.Listener}
	front.Start()
	t.Cleanup(front.Close)
	en, vi := views.Words(blog.English), views.Words(blog.Vietnamese)
	for path, want := range map[string][]string{
		"/blog/hello/comments":        {en.Problem(blog.TooSlow).Title, en.GoBack},
		"/blog/xin-chao/comments":     {vi.Problem(blog.TooSlow).Title, vi.GoBack},
		"/blog/hello/comments/x/edit": {en.Problem(blog.TooSlow).Title, en.GoBack, "at=x#c-x"},
		"/api/comments":               {"/api/problems/request-timeout"},
	} {
		status, page := sendHalf(t, front.Listener.Addr().String(), path)
		if status != http.StatusRequestTimeout {
			t.Errorf("%s: %d", path, status)
		}
		for _, words := range want {
			if !strings.Contains(page, words) {
				t.Errorf("%s: no %q in %s", path, words, page)
			}
		}
	}
}

// sendHalf sends a body that stops half-way, and reads the answer.
func sendHalf(t *testing.T, addr, path string) (status int, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	kind, text := "application/x-www-form-urlencoded", "name=An&body=so+sl"
	if strings.HasPrefix(path, "/api/") {
		kind, text = "application/json", `{"post":"hel`
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a.test\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\n%s", path, kind, text)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestTextForAPostThatIsGoneComesBack(t *testing.T) {
	s := newSite(t)
	form := url.Values{"name": {"An"}, "body": {"\nA long thought & a <b>"}}.Encode()
	want := ">\n\nA long thought &amp; a &lt;b&gt;</textarea>"
	unknown := s.do(s.browser(), s.request("POST", "/blog/nothing/comments", form))
	if unknown.StatusCode != http.StatusNotFound || !strings.Contains(unknown.text, want) {
		t.Errorf("unknown: %d %s", unknown.StatusCode, unknown.text)
	}
	c := s.browser()
	id := s.comment(c, "third", "before")
	s.withdraw("third")
	for _, path := range []string{"/blog/third/comments", "/blog/third/comments/" + id + "/edit"} {
		if res := s.do(c, s.request("POST", path, form)); res.StatusCode != http.StatusNotFound || !strings.Contains(res.text, want) {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.text)
		}
	}
	closed := s.do(c, s.request("POST", "/blog/closed/comments", form))
	if closed.StatusCode != http.StatusForbidden || !strings.Contains(closed.text, want) || !strings.Contains(closed.text, `href="/blog/closed"`) {
		t.Errorf("closed: %d %s", closed.StatusCode, closed.text)
	}
}

func TestTextSurvivesAPanic(t *testing.T) {
	s, f := newFaultySite(t)
	f.panic = true
	f.set("comments", true)
	res := s.do(s.browser(), s.request("POST", "/blog/hello/comments", "name=An&body=a+long+thought"))
	if res.StatusCode != http.StatusInternalServerError || !strings.Contains(res.text, "a long thought</textarea>") {
		t.Errorf("%d %s", res.StatusCode, res.text)
	}
}

func TestAnErrorInALanguageThatTheSiteHasNoPostsIn(t *testing.T) {
	s := newSite(t)
	s.withdraw("xin-chao")
	res := s.get(s.browser(), "/vi/nothing")
	if res.StatusCode != http.StatusNotFound || !strings.Contains(res.text, `<html lang="vi"`) || strings.Contains(res.text, `href="/vi/`) {
		t.Errorf("%d %s", res.StatusCode, res.text)
	}
}

// withdraw removes a post's file and waits until the site has noticed.
func (s *site) withdraw(slug string) {
	s.Helper()
	ctx, stop := context.WithCancel(s.Context())
	loaded, done := make(chan struct{}, 8), make(chan error, 1)
	go func() {
		done <- s.library.Watch(ctx, func(_, _ *posts.Snapshot) { loaded <- struct{}{} })
	}()
	defer func() { stop(); <-done }()
	s.must(os.Remove(filepath.Join(s.dir, "posts", slug+".md")))
	for {
		if _, there := s.library.Snapshot().Post(slug); !there {
			return
		}
		<-loaded
	}
}
