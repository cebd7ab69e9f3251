package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestAccepts(t *testing.T) {
	tests := []struct {
		header, encoding string
		want             bool
	}{
		{"", "gzip", false},
		{"gzip", "gzip", true},
		{"br;q=1.0, gzip;q=0.8", "br", true},
		{"GZIP", "gzip", true},
		{"gzip;q=0", "gzip", false},
		{"gzip; q=0.000, *", "gzip", false},
		{"*", "br", true},
		{"*;q=0", "br", false},
		{"identity", "br", false},
		{"brotli", "br", false},
	}
	for _, tt := range tests {
		if got := accepts(tt.header, tt.encoding); got != tt.want {
			t.Errorf("accepts(%q, %q) = %t", tt.header, tt.encoding, got)
		}
	}
}

func get(t *testing.T, b *body, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if err := b.send(w, r, http.StatusOK); err != nil {
		t.Fatal(err)
	}
	return w.Result()
}

func TestEachEncodingHoldsTheSameBytesUnderItsOwnTag(t *testing.T) {
	text := []byte(strings.Repeat("một trang để đọc ", 200))
	b := newBody(htmlType, text)
	b.makeBrotli()
	decoders := map[string]func(io.Reader) io.Reader{
		"":     func(r io.Reader) io.Reader { return r },
		"br":   func(r io.Reader) io.Reader { return brotli.NewReader(r) },
		"gzip": func(r io.Reader) io.Reader { zr, _ := gzip.NewReader(r); return zr },
	}
	tags := map[string]bool{}
	for encoding, decode := range decoders {
		res := get(t, b, "Accept-Encoding", encoding)
		if got := res.Header.Get("Content-Encoding"); got != encoding {
			t.Errorf("asked for %q, got %q", encoding, got)
		}
		got, err := io.ReadAll(decode(res.Body))
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%q does not hold the page's bytes (%v)", encoding, err)
		}
		tags[res.Header.Get("ETag")] = true
	}
	if len(tags) != len(decoders) {
		t.Errorf("tags = %v, want one for each encoding", tags)
	}
}

func TestWhoHasAnyVariantIsToldSo(t *testing.T) {
	b := newBody(htmlType, bytes.Repeat([]byte("a page "), 200))
	first := get(t, b, "Accept-Encoding", "gzip, br").Header.Get("ETag")
	b.makeBrotli()
	for _, tag := range []string{first, "W/" + first, `"other", ` + first, "*"} {
		res := get(t, b, "Accept-Encoding", "gzip, br", "If-None-Match", tag)
		if res.StatusCode != http.StatusNotModified || res.Header.Get("ETag") == "" {
			t.Errorf("If-None-Match %s: %d %q", tag, res.StatusCode, res.Header.Get("ETag"))
		}
	}
	two := httptest.NewRequest(http.MethodGet, "/", nil)
	two.Header["If-None-Match"] = []string{`"other"`, first}
	two.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	if err := b.send(w, two, http.StatusOK); err != nil || w.Code != http.StatusNotModified {
		t.Errorf("the tag on the second line: %d, %v", w.Code, err)
	}
	if res := get(t, b, "Accept-Encoding", "gzip", "If-None-Match", `"other"`); res.StatusCode != http.StatusOK {
		t.Errorf("another tag: %d", res.StatusCode)
	}
}

func TestSmallBodiesAreNotCompressed(t *testing.T) {
	if res := get(t, newBody(htmlType, []byte("short")), "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" {
		t.Error("five bytes were compressed")
	}
}
