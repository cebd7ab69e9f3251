package wire

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestFrontSaysWhatTheServerSays: with the front and without it a client gets the same bytes, whatever it sends.
func TestFrontSaysWhatTheServerSays(t *testing.T) {
	post := func(body string, after ...string) step {
		return step{fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, strings.Join(after, "")), []string{"POST"}}
	}
	raw := func(send string, answers ...string) step { return step{send, answers} }
	ready := get("/page/9000")
	tests := map[string]struct {
		steps []step
		given int64 // ready answers
	}{
		"one after another":           {[]step{ready, ready, get("/page/100"), ready, ready}, 3},
		"unchanged":                   {[]step{ready, get("/page/9000", `If-None-Match: "9000"`), get("/page/9000", `If-None-Match: "8"`)}, 2},
		"HEAD":                        {[]step{ready, raw("HEAD /page/9000 HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD"), ready}, 2},
		"a browser's headers":         {[]step{ready, get("/page/9000", "Connection: keep-alive", "User-Agent: x (y)", "Accept: */*", "Accept-Encoding: gzip", "Sec-Fetch-Mode: navigate", "cookie: a=b")}, 1},
		"in two parts":                {[]step{ready, raw("GET /page/9000 HT"), raw("TP/1.1\r\nHost: a\r\n\r\n", "GET"), ready}, 1},
		"after one byte":              {[]step{ready, raw("G"), raw("ET /page/9000 HTTP/1.1\r\nHost: a\r\n\r\n", "GET"), ready}, 1},
		"two at once":                 {[]step{ready, raw(ready.send+ready.send, "GET", "GET"), ready}, 1},
		"one and a half":              {[]step{ready, raw(ready.send+"GET /page/9000 HTTP/1.1\r\n", "GET"), raw("Host: a\r\n\r\n", "GET"), ready}, 1},
		"a longer page":               {[]step{ready, get("/page/50000"), ready}, 1},
		"a form before":               {[]step{post("words"), ready, post("more words"), ready}, 2},
		"a form with a head behind":   {[]step{ready, post("words", "GET /page/100 HTTP/1.1\r\n"), raw("GET /page/9000 HTTP/1.1\r\nHost: a\r\n\r\n", "GET"), ready}, 0},
		"a form with a header begun":  {[]step{ready, post("words", "GET /page/100 HTTP/1.1\r\nHost: a\r\nX:"), raw("GET /page/9000 HTTP/1.1\r\n\r\n", "GET"), ready}, 1},
		"a form with another request": {[]step{ready, post("words", ready.send), raw("", "GET"), ready}, 1},
		"a form with a letter behind": {[]step{ready, post("words", "X"), raw(ready.send, "XGET"), ready}, 1},
		"blank lines before":          {[]step{post("words"), raw("\r\n\r\n"+ready.send, "GET"), ready}, 1},
		"bare newlines":               {[]step{ready, raw("GET /page/9000 HTTP/1.1\nHost: a\n\n", "GET"), ready}, 1},
		"a newline among CRLF":        {[]step{ready, raw("GET /page/9000 HTTP/1.1\r\nHost: a\nAccept: */*\r\n\r\n", "GET"), ready}, 1},
		"folded":                      {[]step{ready, get("/page/9000", "Accept: a", " b"), ready}, 1},
		"host twice":                  {[]step{ready, get("/page/9000", "Host: b"), ready}, 0},
		"no host":                     {[]step{ready, raw("GET /page/9000 HTTP/1.1\r\n\r\n", "GET"), ready}, 0},
		"lengths that differ":         {[]step{ready, get("/page/9000", "Content-Length: 3", "Content-Length: 4"), ready}, 0},
		"a body":                      {[]step{ready, raw("GET /page/9000 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET"), ready}, 1},
		"a body in chunks":            {[]step{ready, raw("GET /page/9000 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET"), ready}, 1},
		"chunks and length":           {[]step{ready, raw("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST"), ready}, 1},
		"absolute form":               {[]step{ready, get("http://a/page/9000"), ready}, 1},
		"NUL":                         {[]step{ready, get("/page/9000", "Accept: \x00"), ready}, 0},
		"a space before the colon":    {[]step{ready, get("/page/9000", "Accept : x"), ready}, 0},
		"1.0":                         {[]step{ready, raw("GET /page/9000 HTTP/1.0\r\nHost: a\r\n\r\n", "GET"), ready}, 0},
		"1.0 kept alive":              {[]step{ready, raw("GET /page/9000 HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", "GET"), ready}, 1},
		"close":                       {[]step{ready, get("/page/9000", "Connection: close"), ready}, 0},
		"a head of several buffers":   {[]step{ready, get("/page/9000", "X-A: "+strings.Repeat("a", 5000), "X-B: "+strings.Repeat("b", 5000)), ready}, 1},
		"a head of exactly a buffer":  {[]step{ready, get("/page/9000", "User-Agent: "+strings.Repeat("a", serverBuffer-len(ready.send)-14)), ready}, 2},
		"a head that goes on":         {[]step{ready, raw("GET /page/100 HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", serverBuffer-38)), raw("\r\n"), raw(ready.send, "GET"), ready}, 0},
		"too long a head":             {[]step{ready, get("/page/9000", "X-A: "+strings.Repeat("a", 50_000)), ready}, 0},
		"unknown":                     {[]step{ready, get("/nowhere"), ready}, 1},
		"OPTIONS *":                   {[]step{ready, raw("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS"), ready}, 1},
		"preface of HTTP/2":           {[]step{ready, raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET")}, 0},
		"in pieces":                   {[]step{get("/pieces/3000"), get("/pieces/9000"), ready}, 1},
		"less than promised":          {[]step{get("/short")}, 0},
		"aborted":                     {[]step{get("/abort")}, 0},
		"a file":                      {[]step{get("/file"), get("/file", "Range: bytes=100-15000"), ready}, 1},
		"expect":                      {[]step{raw("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", "POST"), raw("words", "POST"), ready}, 1},
		"hijacked":                    {[]step{ready, raw("GET /hijack HTTP/1.1\r\nHost: a\r\n\r\n"), raw("GET /page/9000 HTTP/1.1\r\nHost: a\r\n\r\n")}, 0},
	}
	l := newLibrary(9000)
	plain := serve(t, site(), nil)
	fronted := serve(t, site(), l.ready)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l.given.Store(0)
			want, got := talk(t, plain, tt.steps...), talk(t, fronted, tt.steps...)
			if got != want {
				t.Error(difference(got, want))
			}
			if n := l.given.Load(); n != tt.given {
				t.Errorf("%d ready answers, want %d", n, tt.given)
			}
		})
	}
}

// TestReadyAnswersAreFound fails if a release of Go serves connections in another way; see the package's comment.
func TestReadyAnswersAreFound(t *testing.T) {
	l := newLibrary(20_000)
	r := serve(t, site(), l.ready)
	steps := []step{get("/page/1")}
	for range 50 {
		steps = append(steps, get("/page/20000"))
	}
	talk(t, r, steps...)
	if given, sent := l.given.Load(), l.sent.Load(); given != 50 || sent != 50*20_000 {
		t.Errorf("%d ready answers of 50, %d bytes", given, sent)
	}
}

// TestEveryLength: no length of an answer is cut or doubled, and none waits for another.
func TestEveryLength(t *testing.T) {
	plain := serve(t, site(), nil)
	fronted := serve(t, site(), newLibrary().ready)
	head := len(talk(t, plain, get("/page/1000"))) - 1000 + len("Mon, 02 Jan 2006 15:04:05 GMT") - len("now")
	for _, around := range []int{2048, 4096, 8192, 8192 + head} {
		for n := around - head - 3; n <= around+3; n++ {
			if n == around-head+4 {
				n = around - 3
			}
			steps := []step{get(fmt.Sprintf("/page/%d", n)), get(fmt.Sprintf("/copy/%d", n)), {fmt.Sprintf("HEAD /page/%d HTTP/1.1\r\nHost: a\r\n\r\n", n), []string{"HEAD"}}, get(fmt.Sprintf("/pieces/%d", n))}
			if want, got := talk(t, plain, steps...), talk(t, fronted, steps...); got != want {
				t.Fatalf("%d bytes: %s", n, difference(got, want))
			}
		}
	}
}

// TestHeldBytesGoOut: what is held of an answer goes out when the handler flushes, and when a HEAD answer is exactly one
// buffer. Nothing is held of an answer that does not say how long it is.
func TestHeldBytesGoOut(t *testing.T) {
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/flush", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "9000")
		w.Header().Set("Content-Type", "text/plain")
		first := serverBuffer - len("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nContent-Type: text/plain\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n\r\n")
		_, _ = w.Write(text(first)) // of which the flush makes one full buffer, and no second write
		_ = http.NewResponseController(w).Flush()
		if err := Flush(r.Context()); err != nil {
			t.Error(err)
		}
		<-release
		_, _ = w.Write(text(9000 - first))
	})
	mux.HandleFunc("/head", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "9000")
		head := "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nX: \r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n\r\n"
		if r.Close {
			head += "Connection: close\r\n"
		}
		w.Header().Set("X", strings.Repeat("x", serverBuffer-len(head)))
	})
	mux.HandleFunc("/chunks", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(text(4500)) // overflows the buffer once
		<-release
	})
	r := serve(t, mux, newLibrary().ready)
	for _, path := range []string{"/flush", "/chunks"} {
		conn := dial(t, r.addr)
		_, _ = io.WriteString(conn, get(path).send)
		if _, err := io.ReadFull(conn, make([]byte, serverBuffer)); err != nil {
			t.Errorf("%s: what was sent did not come: %v", path, err)
		}
	}
	close(release)
	for _, header := range []string{"", "Connection: close\r\n"} {
		conn := dial(t, r.addr)
		_, _ = io.WriteString(conn, "HEAD /head HTTP/1.1\r\nHost: a\r\n"+header+"\r\n")
		b := make([]byte, serverBuffer)
		if _, err := io.ReadFull(conn, b); err != nil || !strings.HasSuffix(string(b), "\r\n\r\n") {
			t.Errorf("a head of one buffer, %q: %v", header, err)
		}
	}
}

func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// ask sends one request and returns all of its answer.
func ask(t testing.TB, addr, request string) string {
	t.Helper()
	conn := dial(t, addr)
	_, _ = io.WriteString(conn, request)
	_ = conn.(*net.TCPConn).CloseWrite()
	b, _ := io.ReadAll(conn)
	return string(b)
}

// TestHijackersGetTheRawConnection: through NetConn, so that what they send and hear is none of the front's business.
func TestHijackersGetTheRawConnection(t *testing.T) {
	got := make(chan net.Conn, 1)
	r := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
		}
		got <- conn
	}), newLibrary().ready)
	client := dial(t, r.addr)
	_, _ = io.WriteString(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	conn := <-got
	defer conn.Close()
	raw, ok := conn.(*Conn).NetConn().(watched) // as the listener accepted it
	if !ok {
		t.Fatalf("%T", conn.(*Conn).NetConn())
	}
	full := "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
	full += strings.Repeat("x", serverBuffer-len(full))
	for _, w := range []io.Writer{conn, raw} { // neither holds anything back
		_, _ = io.WriteString(w, full)
		if _, err := io.ReadFull(client, make([]byte, serverBuffer)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHeadsHaveTheDate(t *testing.T) {
	h := NewHead(200, http.Header{"X": {"y"}})
	now := time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)
	for range 3 {
		if got, want := string(h.at(now)), "HTTP/1.1 200 OK\r\nX: y\r\nDate: "+now.Format(http.TimeFormat)+"\r\n\r\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		now = now.Add(time.Second)
	}
}

// TestHooksOfTheServerGoOn: those that it had before are still called.
func TestHooksOfTheServerGoOn(t *testing.T) {
	type key struct{}
	server := &http.Server{
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context { return context.WithValue(ctx, key{}, 7) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Context().Value(key{}))
		}),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := New(server, nil)
	ended := make(chan error, 1)
	go func() { ended <- front.Serve(l) }()
	if got := ask(t, l.Addr().String(), get("/").send); !strings.HasSuffix(got, "\r\n\r\n7") {
		t.Errorf("%q", got)
	}
	if err := front.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != http.ErrServerClosed {
		t.Error(err)
	}
}
