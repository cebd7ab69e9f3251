package web_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"vang/markdown"
	"vang/pictures"
	"vang/posts"
	"vang/web"
)

// noise is a picture that does not compress.
func noise(width, height int) image.Image {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i >> 7)
	}
	return m
}

func jpegOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise(width, height), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withSecret puts EXIF with a place into a JPEG, and which side is up.
func withSecret(plain []byte) []byte {
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00SecretPlace"
	out := append(bytes.Clone(plain[:2]), 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(exif)+2))
	return append(append(out, exif...), plain[2:]...)
}

// bomb says that it is much larger than it is.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	copy(b.Bytes()[16:], "\x00\x00\xFF\xFF\x00\x00\xFF\xFF")
	return b.Bytes()
}

// withFiles has the site show a folder of files.
func withFiles(t *testing.T, dir string, list map[string][]byte) option {
	t.Helper()
	save(t, dir, list)
	return func(d *web.Deps, _ *site) {
		var err error
		d.Library, err = posts.Open(t.Context(), posts.Options{
			Dir: dir, Now: d.Now, Author: markdown.NewAuthor(markdown.AuthorOptions{}),
			Pictures: pictures.NewGallery(pictures.Options{Dir: t.TempDir()}),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func save(t *testing.T, dir string, list map[string][]byte) {
	t.Helper()
	for name, data := range list {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func bundle(t *testing.T) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"posts/trip/index.md":  []byte("---\ntitle: Trip\ndate: 2026-01-01\nimage: photo.jpg\n---\n\n![a](photo.jpg)\n\n![b](bomb.png)\n"),
		"posts/trip/photo.jpg": withSecret(jpegOf(t, 1200, 900)), "posts/trip/bomb.png": bomb(t),
		"posts/trip/cut.jpg": jpegOf(t, 1200, 900)[:4000], "posts/trip/false.jpg": []byte("<script>alert(1)</script>"),
		"posts/trip/a.svg":  []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><g onload="alert(1)"/></svg>`),
		"posts/trip/b.svg":  []byte("<svg><script>alert(1)</script>"),
		"posts/trip/d.html": []byte("<script>alert(1)</script>"), "posts/trip/e.js": []byte("alert(1)"), "posts/trip/f.exe": []byte("MZ"),
		"posts/trip/g.pdf": []byte("%PDF-1.4"), "posts/trip/h.mp4": bytes.Repeat([]byte("film"), 1000), "posts/trip/i.unknown": []byte("?"),
		"posts/trip/x.xhtml": []byte("<x/>"), "posts/trip/y.swf": []byte("FWS"), "posts/trip/css.css": []byte(strings.Repeat("b{}", 1000)),
		"posts/trip/page.png": []byte("<!doctype html><script>alert(1)</script>"),
		"files/cv.pdf":        []byte("%PDF-1.4 cv"), "files/2019/report.pdf": []byte("%PDF-1.4 report"),
		"demo/index.html": []byte("<h1>demo</h1>"), "demo/template.html": []byte("---\nlayout: x\n---\n{{ secret }}"),
		"favicon.ico":   []byte("\x00\x00\x01\x00"),
		"posts/s/s.png": []byte("x"), "posts/s/index.md": []byte("---\ntitle: S\ndraft: true\n---\nx\n"),
	}
}

var photoAt = regexp.MustCompile(`/files/([0-9a-f]{16})(?:-\d+)?/posts/trip/photo.jpg`)

func TestFilesAtTheirVersions(t *testing.T) {
	dir := t.TempDir()
	s := newSite(t, withFiles(t, dir, bundle(t)))
	page := s.get(s.browser(), "/blog/trip")
	m := photoAt.FindStringSubmatch(page.text)
	if m == nil {
		t.Fatalf("the post names no version: %s", page.text)
	}
	version := m[1]
	for _, tt := range []struct {
		path, cache string
		width       int
	}{
		{"/files/" + version + "/posts/trip/photo.jpg", "public, max-age=31536000, immutable", 900}, // turned
		{"/files/" + version + "-360/posts/trip/photo.jpg", "public, max-age=31536000, immutable", 360},
		{"/files/" + version + "-720/posts/trip/photo.jpg", "public, max-age=31536000, immutable", 720},
		{"/files/0123456789abcdef/posts/trip/photo.jpg", "no-store", 900},
		{"/files/0123456789abcdef-360/posts/trip/photo.jpg", "no-store", 360},
		{"/files/" + version + "-361/posts/trip/photo.jpg", "no-store", 900},
		{"/files/" + version + "-9999/posts/trip/photo.jpg", "no-store", 900},
		{"/posts/trip/photo.jpg", "no-cache", 900},
		{"/blog/trip/photo.jpg", "no-cache", 900},
	} {
		res := s.get(s.browser(), tt.path)
		p, err := pictures.Look(strings.NewReader(res.text), int64(len(res.text)))
		if res.StatusCode != http.StatusOK || err != nil || p.Width != tt.width || res.Header.Get("Cache-Control") != tt.cache ||
			res.Header.Get("Content-Type") != "image/jpeg" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d, %d pixels wide, %v %v", tt.path, res.StatusCode, p.Width, res.Header, err)
		}
		if strings.Contains(res.text, "SecretPlace") {
			t.Errorf("%s tells where the picture was taken", tt.path)
		}
	}
	for path, want := range map[string]string{"/files/cv.pdf": "%PDF-1.4 cv", "/files/2019/report.pdf": "%PDF-1.4 report"} {
		if res := s.get(s.browser(), path); res.text != want {
			t.Errorf("an author's own folder called files: %s is %d %s", path, res.StatusCode, res.text)
		}
	}
	if strings.Contains(page.text, "bomb.png 360w") {
		t.Error("variants of a picture that cannot be decoded are offered")
	}
	if res := s.get(s.browser(), "/files/0123456789abcdef-360/posts/trip/bomb.png"); res.StatusCode != http.StatusOK || len(res.text) > 1000 {
		t.Errorf("a bomb: %d, %d bytes", res.StatusCode, len(res.text))
	}
	for _, path := range []string{
		"/files/" + version + "/posts/trip/none.jpg", "/files/" + version + "/posts/s/s.png", "/posts/s/s.png", "/blog/s/s.png", "/files/" + version + "/site.yaml",
		"/files/" + version + "/posts/trip/index.md", "/posts/trip/index.md", "/files/" + version + "/../posts/s/s.png", "/files/x/posts/trip/photo.jpg", "/demo/template.html",
	} {
		if res := s.get(s.browser(), path); res.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// TestFilesByTheirKind: what a browser would do with each.
func TestFilesByTheirKind(t *testing.T) {
	s := newSite(t, withFiles(t, t.TempDir(), bundle(t)))
	for name, want := range map[string]string{
		"a.svg": "image/svg+xml", "b.svg": "application/octet-stream", "d.html": "text/html; charset=utf-8", "e.js": "text/plain; charset=utf-8",
		"f.exe": "application/octet-stream", "g.pdf": "application/pdf", "h.mp4": "video/mp4", "i.unknown": "application/octet-stream",
		"x.xhtml": "text/plain; charset=utf-8", "y.swf": "application/octet-stream", "false.jpg": "image/jpeg", "page.png": "image/png", "cut.jpg": "image/jpeg",
	} {
		res := s.get(s.browser(), "/posts/trip/"+name)
		h := res.Header
		if res.StatusCode != http.StatusOK || h.Get("Content-Type") != want || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, res.StatusCode, h)
		}
		if attached := h.Get("Content-Disposition") == "attachment"; attached != (want == "application/octet-stream") {
			t.Errorf("%s: %s", name, h.Get("Content-Disposition"))
		}
		policy := h.Get("Content-Security-Policy")
		if strings.Contains(policy, "script-src") || want != "application/pdf" && !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s may run scripts: %s", name, policy)
		}
		if (strings.HasSuffix(name, "svg") || want == "text/html; charset=utf-8") && !strings.Contains(policy, "sandbox") {
			t.Errorf("%s is in no sandbox: %s", name, policy)
		}
		if name == "a.svg" && strings.Contains(res.text, "alert") {
			t.Errorf("the drawing is not clean: %s", res.text)
		}
	}
	if res := s.get(s.browser(), "/favicon.ico"); res.Header.Get("Content-Type") != "image/x-icon" {
		t.Errorf("the author's own icon: %d %v", res.StatusCode, res.Header)
	}
	if res := s.get(s.browser(), "/demo/"); res.text != "<h1>demo</h1>" {
		t.Errorf("a folder's page: %d", res.StatusCode)
	}
	if res := s.get(s.browser(), "/demo"); res.Header.Get("Location") != "/demo/" {
		t.Errorf("a folder without its slash: %d %v", res.StatusCode, res.Header)
	}
}

func (s *site) fetch(method, path string, header ...string) (*http.Response, string) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.http.URL+path, nil)
	s.must(err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := s.browser().Do(req)
	s.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	s.must(err)
	return res, string(b)
}

func TestPartsOfFiles(t *testing.T) {
	s := newSite(t, withFiles(t, t.TempDir(), bundle(t)))
	whole, all := s.fetch("GET", "/posts/trip/photo.jpg")
	for _, path := range []string{"/posts/trip/photo.jpg", "/posts/trip/h.mp4"} {
		_, all := s.fetch("GET", path)
		res, part := s.fetch("GET", path, "Range", "bytes=100-199")
		if res.StatusCode != http.StatusPartialContent || part != all[100:200] {
			t.Errorf("%s: %d, %d bytes", path, res.StatusCode, len(part))
		}
	}
	tag := whole.Header.Get("ETag")
	if res, body := s.fetch("GET", "/posts/trip/photo.jpg", "If-None-Match", tag); tag == "" || res.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("%q: %d", tag, res.StatusCode)
	}
	if res, body := s.fetch("HEAD", "/posts/trip/photo.jpg"); res.StatusCode != http.StatusOK || body != "" || res.ContentLength != int64(len(all)) {
		t.Errorf("HEAD: %d %d", res.StatusCode, res.ContentLength)
	}
	if res, _ := s.fetch("POST", "/posts/trip/photo.jpg"); res.StatusCode == http.StatusOK {
		t.Errorf("POST: %d", res.StatusCode)
	}
	if res, body := s.fetch("GET", "/posts/trip/css.css", "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "gzip" || len(body) > 1000 {
		t.Errorf("text is not compressed: %v", res.Header)
	}
}

// TestManyReadersOfVariants asks for the same at once, while the file is saved anew: each gets a whole picture.
func TestManyReadersOfVariants(t *testing.T) {
	dir := t.TempDir()
	s := newSite(t, withFiles(t, dir, bundle(t)))
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			res, body := s.fetch("GET", "/files/0123456789abcdef-360/posts/trip/photo.jpg")
			if p, err := pictures.Look(strings.NewReader(body), int64(len(body))); res.StatusCode == http.StatusOK && (err != nil || p.Cut) {
				t.Errorf("reader %d: %+v %v", i, p, err)
			}
		})
	}
	save(t, dir, map[string][]byte{"posts/trip/photo.jpg": jpegOf(t, 1600, 700)})
	all.Wait()
}
