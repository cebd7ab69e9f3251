package wire

import (
	"io"
	"strings"
	"testing"
)

// browser is what a browser sends for a page.
const browser = "GET /blog/how-a-comment-travels HTTP/1.1\r\nHost: blog.example\r\nConnection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
	"Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n" +
	"Referer: https://blog.example/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\nCookie: theme=dark\r\n\r\n"

func BenchmarkParse(b *testing.B) {
	for name, request := range map[string]string{"browser": browser, "short": get("/page/1", "Accept-Encoding: gzip").send} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var r Request
			bytes := []byte(request)
			for b.Loop() {
				if !r.parse(bytes) {
					b.Fatal("refused")
				}
			}
		})
	}
}

// BenchmarkAnswer asks for a page of 10 kB on one connection: a ready answer, the same through net/http behind the front, and
// through net/http alone.
func BenchmarkAnswer(b *testing.B) {
	l := newLibrary(10_000)
	for _, way := range []struct {
		name   string
		ready  Ready
		header string
	}{{"ready", l.ready, "Accept: a"}, {"behind", l.ready, "X-Odd: 1"}, {"alone", nil, "Accept: a"}} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			r := serve(b, site(), way.ready)
			conn := dial(b, r.addr)
			request := []byte(get("/page/10000", way.header).send)
			_, done := r.now()
			length := int64(10_000)
			for i := 0; b.Loop(); i++ {
				if _, err := conn.Write(request); err != nil {
					b.Fatal(err)
				}
				if i == 0 {
					length = answerLength(b, conn)
				} else if _, err := io.CopyN(io.Discard, conn, length); err != nil {
					b.Fatal(err)
				}
				r.await(b, 0, done+i+1)
			}
		})
	}
}

// answerLength reads an answer of 10 kB to its end and tells how long it was.
func answerLength(b *testing.B, conn io.Reader) int64 {
	b.Helper()
	var all strings.Builder
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			b.Fatal(err)
		}
		all.Write(buf[:n])
		if head, body, ok := strings.Cut(all.String(), "\r\n\r\n"); ok && len(body) == 10_000 {
			return int64(len(head) + 4 + 10_000)
		}
	}
}
