package wire

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// agrees holds what parse took against net/http's reading of the same bytes.
func agrees(t *testing.T, b []byte) (taken bool) {
	t.Helper()
	var r Request
	if !r.parse(bytes.Clone(b)) {
		return false
	}
	in := bufio.NewReader(bytes.NewReader(b))
	q, err := http.ReadRequest(in)
	if err != nil {
		t.Fatalf("net/http refuses %q: %v", b, err)
	}
	if in.Buffered() != 0 || q.ContentLength != 0 || len(q.TransferEncoding) != 0 || q.Close || !q.ProtoAtLeast(1, 1) || q.ProtoAtLeast(1, 2) {
		t.Fatalf("net/http reads more than a plain request: %q", b)
	}
	method := http.MethodGet
	if r.Head {
		method = http.MethodHead
	}
	if q.Method != method || q.RequestURI != string(r.Target) || q.Host != string(r.Host) || q.URL.Host != "" || q.URL.Scheme != "" {
		t.Fatalf("%q: %q %q of %q, net/http: %q %q of %q", b, method, r.Target, r.Host, q.Method, q.RequestURI, q.Host)
	}
	for name, got := range map[string][]byte{
		"Accept-Encoding": r.AcceptEncoding, "If-None-Match": r.IfNoneMatch, "Cookie": r.Cookie, "X-Forwarded-Proto": r.ForwardedProto,
	} {
		if values := q.Header.Values(name); len(values) > 1 || q.Header.Get(name) != string(got) {
			t.Fatalf("%q: %s is %q, net/http: %q", b, name, got, values)
		}
	}
	for _, name := range []string{
		"Range", "If-Range", "If-Match", "If-Modified-Since", "If-Unmodified-Since", "Upgrade", "Expect", "Te", "Trailer", "Authorization",
		"Transfer-Encoding", "Content-Length", "Origin", "Hx-Request",
	} {
		if q.Header.Get(name) != "" {
			t.Fatalf("%q: %s was passed over", b, name)
		}
	}
	return true
}

func TestPlainRequestsAreTaken(t *testing.T) {
	for _, headers := range []string{
		"Host: a.example\r\n",
		"Host: 127.0.0.1:8080\r\nUser-Agent: curl/8\r\nAccept: */*\r\n",
		"host:a\r\nACCEPT-ENCODING:   gzip, br  \r\nIf-None-Match: \"a\", W/\"b\"\r\ncookie: theme=dark\r\nX-Forwarded-Proto: https\r\n",
		"Connection: Keep-Alive\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\nX-Request-Id: 0123456789abcdef\r\n",
		"Host: a\r\nAccept: a\r\nAccept: b\r\nUpgrade-Insecure-Requests: 1\r\n",
	} {
		for _, line := range []string{"GET /", "HEAD /blog/x?sort=newest", "GET //", "GET /%C3%A9#x"} {
			if !agrees(t, []byte(line+" HTTP/1.1\r\n"+headers+"\r\n")) {
				t.Errorf("%s with %q was not taken", line, headers)
			}
		}
	}
}

func TestOtherRequestsAreRefused(t *testing.T) {
	const plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	with := func(header string) string { return "GET / HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n" }
	for _, s := range []string{
		"", "\r\n\r\n", "\r\n" + plain, plain + plain, plain + "\r\n", plain[:len(plain)-1], plain[:len(plain)-2],
		strings.ReplaceAll(plain, "\r\n", "\n"), strings.Replace(plain, "\r\n", "\n", 1), strings.Replace(plain, "\r\n", "\r\r\n", 1),
		strings.Replace(plain, "1.1", "1.0", 1), strings.Replace(plain, "1.1", "2.0", 1), strings.Replace(plain, "GET", "POST", 1),
		strings.Replace(plain, "GET", "get", 1), strings.Replace(plain, "GET /", "GET  /", 1), strings.Replace(plain, "GET /", "GET\t/", 1),
		strings.Replace(plain, "GET /", "GET *", 1), strings.Replace(plain, "GET /", "GET http://a/", 1), strings.Replace(plain, "/ ", "/ x ", 1),
		strings.Replace(plain, "/ ", "/\x00 ", 1), strings.Replace(plain, "/ ", "/é ", 1), strings.Replace(plain, "/ ", "/\x7f ", 1),
		"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n", strings.Replace(plain, ": a", ": A", 1), strings.Replace(plain, ": a", ": [::1]", 1),
		strings.Replace(plain, ": a", ": a:", 1), strings.Replace(plain, ": a", ": a:123456", 1), strings.Replace(plain, ": a", ": a/b", 1),
		strings.Replace(plain, ": a", ": -a", 1), strings.Replace(plain, ": a", ": a, b", 1), strings.Replace(plain, ": a", ": u@a", 1),
		with("Host: a"), with("Cookie: a=b\r\nCookie: c=d"), with("If-None-Match: \"a\"\r\nIf-None-Match: \"b\""), with("Accept-Encoding: gzip\r\nAccept-Encoding: br"),
		with("Content-Length: 0"), with("Transfer-Encoding: chunked"), with("Expect: 100-continue"), with("Upgrade: websocket"), with("Range: bytes=0-1"),
		with("Connection: close"), with("Connection: keep-alive, close"), with("X-Unknown: 1"), with("HX-Request: true"), with("Authorization: x"),
		with(" Accept: x"), with("Accept: x\r\n y"), with("Accept"), with("Accept : x"), with(": x"), with("Accept:\tx"), with("Accept: \x00"), with("Accept: é"),
	} {
		if agrees(t, []byte(s)) {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestParseTakesNoMemory(t *testing.T) {
	b := []byte("GET /blog/x HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept-Encoding: gzip\r\nUpgrade-Insecure-Requests: 1\r\n\r\n")
	var r Request
	if n := testing.AllocsPerRun(100, func() { r.parse(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzParse: what is answered here, net/http would have read in the same way.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /x?y HTTP/1.1\r\nhost: a.b:80\r\nCookie: a=b\r\nAccept-Encoding: gzip\r\n\r\n",
		"GET //x HTTP/1.1\r\nHost: 1.2.3.4\r\nConnection: keep-alive\r\nIf-None-Match: W/\"x\"\r\nX-Forwarded-Proto: https\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nAccept: x\r\n y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { agrees(t, b) })
}
