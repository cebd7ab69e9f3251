package nginx

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"vang/e2e/site"
)

func TestAnyReplicaServesAnyReader(t *testing.T) {
	t.Parallel()
	e := behind(t, 3, nil)
	reader := site.NewClient(e.URL)
	cursor := reader.Cursor(t, slug)
	var sockets []*site.Live
	for range 6 {
		sockets = append(sockets, reader.Listen(t, slug, cursor))
	}
	words := []string{"one", "two", "three", "four", "five", "six"}
	for _, word := range words {
		a := reader.Form(t, page+"/comments", url.Values{"name": {"An"}, "body": {"Said " + word}})
		if a.Status != http.StatusSeeOther {
			t.Fatalf("POST: %d\n%.500s", a.Status, a.Body)
		}
		// The session that began at one replica holds at the others: the writer sees own controls.
		for range 3 {
			if b := reader.Get(t, a.Header.Get("Location")); !strings.Contains(b.Body, "Said "+word) || !strings.Contains(b.Body, "/edit") {
				t.Errorf("the writer of %q does not see it as their own", word)
			}
		}
	}
	for i, s := range sockets {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for _, word := range words {
			event, err := s.Next(ctx)
			if err != nil || !strings.Contains(event.Comment.HTML, "Said "+word) {
				t.Fatalf("socket %d: %v %q, want %q", i, err, event.Comment.HTML, word)
			}
		}
	}
	shares := map[string]int{}
	for _, l := range e.log(t) {
		shares[l.Method+" "+l.Upstream]++
	}
	// Sockets are logged when they close, so they are counted where they are open.
	for _, r := range e.replicas {
		if n := openSockets(t, r.URL); n != 2 {
			t.Errorf("%s has %d of six sockets", r.Name, n)
		}
		if shares["GET "+r.Addr] == 0 || shares["POST "+r.Addr] == 0 {
			t.Errorf("%s got %d pages and %d comments", r.Name, shares["GET "+r.Addr], shares["POST "+r.Addr])
		}
	}
}

// openSockets is how many sockets a replica says that it has open.
func openSockets(t *testing.T, url string) int {
	t.Helper()
	a, err := send(t.Context(), http.MethodGet, url+"/metrics", "")
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(a.Body) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(l), "vang_live_sockets "); ok {
			n, _ := strconv.Atoi(rest)
			return n
		}
	}
	t.Fatal("no vang_live_sockets among the metrics")
	return 0
}

// received has Nginx hand a request on to a server that tells what came.
func received(t *testing.T, e *edge, got *http.Header, path string, headers ...string) answer {
	t.Helper()
	*got = nil
	return e.get(t, path, headers...)
}

func TestNobodyCanForgeWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	var got http.Header
	e := before(t, nil, serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		got.Set("Host", r.Host)
		w.Header().Set("X-Request-Id", "the replica's own")
	}))
	forged := []string{
		"X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 7.7.7.7", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example",
		"X-Request-Id: 0123456789abcdef0123456789abcdef", "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6", "Via: 1.1 evil",
	}
	for _, path := range []string{"/", page + "/comments", "/api/comments", "/live", "/static/x.css", "/media/x.png", "/health", "/metrics"} {
		a := received(t, e, &got, path, forged...)
		want := "127.0.0.1"
		if path == "/metrics" {
			want = "" // who is near comes as a neighbour
		}
		if values := got.Values("X-Forwarded-For"); strings.Join(values, ",") != want {
			t.Errorf("%s: the replica hears that %q asks", path, values)
		}
		if v := got.Get("X-Forwarded-Proto"); v != "http" {
			t.Errorf("%s: scheme %q", path, v)
		}
		for _, name := range []string{"X-Real-Ip", "Forwarded", "Via", "X-Forwarded-Host"} {
			if got.Get(name) != "" {
				t.Errorf("%s: %s: %q came through", path, name, got.Get(name))
			}
		}
		id := got.Get("X-Request-Id")
		if len(id) != 32 || strings.HasPrefix(id, "0123456789") || a.Header.Get("X-Request-Id") != id || len(a.Header.Values("X-Request-Id")) != 1 {
			t.Errorf("%s: the replica heard of request %q, the client of %q", path, id, a.Header.Values("X-Request-Id"))
		}
		if got.Get("Host") != e.Addr {
			t.Errorf("%s: host %q", path, got.Get("Host"))
		}
	}
}

func TestAProxyInFrontIsBelievedWhereItIsNamed(t *testing.T) {
	t.Parallel()
	var got http.Header
	e := before(t, strangers(), serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }))
	for _, tt := range []struct{ said, want string }{
		{"203.0.113.9", "203.0.113.9"},
		{"6.6.6.6, 203.0.113.9", "203.0.113.9"}, // the left one is the client's invention
		{"2001:db8::1", "2001:db8::1"},
		{"6.6.6.6, 203.0.113.9, 127.0.0.1", "203.0.113.9"}, // two proxies in a row
		{"nonsense", "127.0.0.1"},
		{"", "127.0.0.1"},
	} {
		received(t, e, &got, "/api/comments", "X-Forwarded-For: "+tt.said, "X-Forwarded-Proto: https")
		if got.Get("X-Forwarded-For") != tt.want || got.Get("X-Forwarded-Proto") != "https" {
			t.Errorf("%q: the replica hears of %q over %q", tt.said, got.Get("X-Forwarded-For"), got.Get("X-Forwarded-Proto"))
		}
	}
	received(t, e, &got, "/api/comments", "X-Forwarded-Proto: gopher")
	if got.Get("X-Forwarded-Proto") != "http" {
		t.Errorf("scheme %q", got.Get("X-Forwarded-Proto"))
	}
}

func TestEncodingsPassThrough(t *testing.T) {
	t.Parallel()
	e := behind(t, 1, nil)
	direct := &edge{URL: e.replicas[0].URL}
	for _, path := range []string{page, "/feed.xml", stylesheet(t, e)} {
		for _, encoding := range []string{"gzip", "br", ""} {
			var want answer
			await(t, 5*time.Second, "the replica makes "+encoding+", which it does behind the first answers", func() bool {
				want = direct.get(t, path, "Accept-Encoding: "+encoding, "Host: "+e.Addr)
				return want.Header.Get("Content-Encoding") == encoding
			})
			var got answer
			await(t, 5*time.Second, path+" comes as the replica sends it in "+encoding, func() bool {
				got = e.get(t, path, "Accept-Encoding: "+encoding)
				return got.Body == want.Body
			})
			for _, name := range []string{"Content-Encoding", "Etag", "Vary", "Content-Type", "Content-Length", "Cache-Control"} {
				if strings.Join(got.Header.Values(name), "|") != strings.Join(want.Header.Values(name), "|") {
					t.Errorf("%s in %q: %s is %q, the replica's is %q", path, encoding, name, got.Header.Values(name), want.Header.Values(name))
				}
			}
			if got.Header.Get("X-Accel-Expires") != "" {
				t.Error("a word meant for this server went on to the reader")
			}
		}
	}
}

// stylesheet is the address of the site's style.
func stylesheet(t *testing.T, e *edge) string {
	t.Helper()
	_, rest, _ := strings.Cut(e.get(t, "/").Body, `<link rel="stylesheet" href="`)
	path, _, ok := strings.Cut(rest, `"`)
	if !ok || !strings.HasPrefix(path, "/static/") {
		t.Fatalf("no style in the page: %.200s", rest)
	}
	return path
}

func TestWhatAReplicaLeftAsItIsStaysSo(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("not worth it ", 1000)
	e := before(t, nil, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("ETag", `"strong"`)
		_, _ = io.WriteString(w, text)
	}))
	for _, path := range []string{"/", "/api/comments/x", "/media/x"} {
		a := e.get(t, path, "Accept-Encoding: gzip")
		if a.Body != text || a.Header.Get("Content-Encoding") != "" || a.Header.Get("ETag") != `"strong"` {
			t.Errorf("%s: %d bytes, %v", path, len(a.Body), a.Header)
		}
	}
}

func TestReplicasSeeFourWaysOfTakingEncodings(t *testing.T) {
	t.Parallel()
	var got http.Header
	e := before(t, nil, serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }))
	for said, want := range map[string]string{
		"gzip, deflate, br, zstd":      "br, gzip",
		"br;q=1.0, gzip;q=0.8, *;q=.1": "br, gzip",
		"gzip":                         "gzip",
		"GZIP , deflate":               "gzip",
		"br":                           "br",
		"br;q=0, gzip":                 "gzip",
		"br; q=0.0, gzip;q=0.001":      "gzip",
		"gzip;q=0":                     "",
		"deflate, brotli, xgzip":       "",
		"identity":                     "",
		"":                             "",
	} {
		received(t, e, &got, "/", "Accept-Encoding: "+said)
		if got.Get("Accept-Encoding") != want {
			t.Errorf("%q became %q, not %q", said, got.Get("Accept-Encoding"), want)
		}
	}
}
