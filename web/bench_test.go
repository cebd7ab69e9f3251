package web_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"vang/wire"
)

// BenchmarkPage answers for a post with fifty comments: to a reader without a session, from the cache, and to its writer,
// from the database.
func BenchmarkPage(b *testing.B) {
	s := newSite(b)
	writer := s.browser()
	for i := range 50 {
		s.comment(writer, "hello", fmt.Sprintf("Comment %d with *some* words, `code` and a [link](https://example.org).", i))
	}
	cookie := s.get(writer, "/blog/hello").Request.Header.Get("Cookie")
	handler := s.server.Handler()
	for name, headers := range map[string][2]string{
		"anonymous": {"Accept-Encoding", "br, gzip"}, "unchanged": {"If-None-Match", "*"}, "own": {"Cookie", cookie},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("GET", "/blog/hello", nil)
				r.Header.Set(headers[0], headers[1])
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != 200 && w.Code != 304 {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}

// BenchmarkReady is the same page, and the list of posts, found ready: all that is done for a request between its bytes and the
// answer's but for parsing the one and sending the other (see wire).
func BenchmarkReady(b *testing.B) {
	s := newSite(b, withBase)
	l := s.dial()
	for name, target := range map[string]string{"post": "/blog/hello", "home": "/"} {
		l.ready("GET", target, "Accept-Encoding: gzip")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := &wire.Request{Target: []byte(target), Host: []byte("blog.example"), AcceptEncoding: []byte("gzip")}
			for b.Loop() {
				a, ok := s.server.Ready(r)
				if !ok {
					b.Fatal("not ready")
				}
				a.Sent(len(a.Body), time.Millisecond)
			}
		})
	}
}
