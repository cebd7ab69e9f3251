package export_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"vang/export"
)

// blog is a small one with all that an export has to deal with.
func blog() http.Handler {
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>t</title><script defer src="/static/vang.js"></script>`+
				`<script type="application/ld+json">{"a":1}</script><link rel="canonical" href="https://blog.example/blog/a"></head><body>`+body+`</body></html>`)
		}
	}
	file := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, body)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "2" {
			page(`<a href="/">newer</a><a href="/blog/v1.2">v1.2</a>`)(w, r)
			return
		}
		page(`<form action="/search" role="search"><input name="q"></form><a href="/blog/a">a</a><a href="/?page=2">older</a><a href="/search?q=x">find</a><nav><ul><li><a href="/search">find</a></li></ul></nav>`+
			`<a href="/old">old</a><a href="/gone">gone</a><a href="//elsewhere.example/x">x</a><a href="mailto:a@b.c">m</a><a href="/%C4%91%C6%B0%E1%BB%9Dng%20ph%E1%BB%91/">p</a>`+
			`<link rel="alternate" type="application/atom+xml" href="/feed.xml">`)(w, r)
	})
	mux.HandleFunc("GET /blog/a", page(`<section class="discussion"><header class="discussion-head"><p class="status">live</p></header>`+
		`<a class="when" href="/blog/a?at=1#c-1">then</a><p class="acts"><a href="/blog/a?reply=1">reply</a></p><p class="said">said</p>`+
		`<div id="form-home"><form method="post" action="/blog/a/comments"><input name="body"></form></div></section>`+
		`<div id="live" data-hx-ws:connect="/live?post=a"></div><img src="/files/1/a.jpg" srcset="/files/1-800/a.jpg 800w, /files/1/a.jpg 1600w"><a href="/download">file</a><a href="/page.odd">odd</a>`))
	mux.HandleFunc("GET /blog/v1.2", page(`<a href="/blog/a#part">a</a><a href="#top">top</a>`))
	mux.HandleFunc("GET /page.odd", page(`odd`))
	mux.HandleFunc("GET /old", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/blog/a", http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET /download", file("application/pdf", "pdf"))
	mux.HandleFunc("GET /files/{v}/a.jpg", file("image/jpeg", "jpg"))
	mux.HandleFunc("GET /feed.xml", file("application/atom+xml", `<feed><link href="https://blog.example/blog/a"/><a href="https://blog.example/feed.xml?part=2"/></feed>`))
	mux.HandleFunc("GET /unlinked", page(`alone`))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/đường phố/" {
			page(`đường`)(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `<html><body><a href="/blog/a">nothing here</a></body></html>`)
	})
	return mux
}

func run(t *testing.T, dir string) export.Report {
	t.Helper()
	report, err := export.Static(t.Context(), export.Options{
		Handler: blog(), Origin: "https://blog.example", Dir: dir, Start: []string{"/unlinked", "/not-there"}, Skip: []string{"/search"},
		Redirects: map[string]string{"/2020/a": "/blog/a", "/blog/b": "/blog/v1.2", "/blog/a/": "/blog/a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestStatic(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	report := run(t, dir)
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		".vang-export", "2020/a/index.html", "404.html", "_redirects", "blog/a/index.html", "blog/b/index.html", "blog/v1.2/index.html", "download",
		"feed.part-2.xml", "feed.xml", "files/1/a.jpg", "files/1-800/a.jpg", "index.html", "old/index.html", "page-2/index.html", "page.odd/index.html",
		"unlinked/index.html", "đường phố/index.html",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]export.Broken{{From: "/", To: "/gone", Status: 404}}, report.Broken); diff != "" {
		t.Errorf("broken (-want +got):\n%s", diff)
	}
	if got := report.Redirects; got != 3 {
		t.Errorf("%d redirects", got)
	}
	list, _ := os.ReadFile(filepath.Join(dir, "_redirects"))
	if diff := cmp.Diff("/2020/a /blog/a/ 301\n/blog/b /blog/v1.2/ 301\n/old /blog/a/ 301\n", string(list)); diff != "" {
		t.Errorf("_redirects (-want +got):\n%s", diff)
	}
}

// TestPagesNeedNoServer: nothing in them asks for one.
func TestPagesNeedNoServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	run(t, dir)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	home, post := read("index.html"), read("blog/a/index.html")
	for _, gone := range []string{"<script defer", "<form", "data-hx", "reply", `id="live"`, "/search", `class="status"`, "<li>"} {
		if strings.Contains(home+post, gone) {
			t.Errorf("%q is still there", gone)
		}
	}
	for _, stays := range []string{
		`application/ld+json`, `said`, `srcset="../../files/1-800/a.jpg 800w, ../../files/1/a.jpg 1600w"`, `href="../../download"`, `href="../../page.odd/"`,
		`href="#c-1"`, `href="https://blog.example/blog/a/"`,
	} {
		if !strings.Contains(post, stays) {
			t.Errorf("%s is missing in\n%s", stays, post)
		}
	}
	for _, stays := range []string{`href="blog/a/"`, `href="page-2/"`, `href="//elsewhere.example/x"`, `href="mailto:a@b.c"`, `href="%C4%91%C6%B0%E1%BB%9Dng%20ph%E1%BB%91/"`} {
		if !strings.Contains(home, stays) {
			t.Errorf("%s is missing in\n%s", stays, home)
		}
	}
	if got := read("404.html"); !strings.Contains(got, `href="/blog/a/"`) {
		t.Errorf("the page of what is not there stands anywhere, but has %s", got)
	}
	if got := read("blog/v1.2/index.html"); !strings.Contains(got, `href="../a/#part"`) || !strings.Contains(got, `href="#top"`) {
		t.Errorf("fragments: %s", got)
	}
}

var linkAttr = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// TestEveryLinkLeadsToAFile walks the files as a host of plain files serves them, below a folder of its own.
func TestEveryLinkLeadsToAFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	run(t, dir)
	host := httptestFiles(t, dir)
	links := 0
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "index.html") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		here := &url.URL{Path: "/below/" + strings.TrimSuffix(name, "index.html")}
		for _, m := range linkAttr.FindAllStringSubmatch(string(text), -1) {
			to, err := here.Parse(html.UnescapeString(m[1]))
			if err != nil || to.Host != "" || to.Scheme != "" || strings.HasSuffix(to.Path, "/gone/") {
				continue
			}
			links++
			if status := host(to.Path); status != http.StatusOK {
				t.Errorf("%s leads to %s: %d", name, to, status)
			}
		}
		return nil
	})
	if err != nil || links < 10 {
		t.Errorf("%d links, %v", links, err)
	}
}

func httptestFiles(t *testing.T, dir string) func(p string) int {
	return func(p string) int {
		rest, below := strings.CutPrefix(path.Clean(p)+slash(p), "/below/")
		if !below {
			return http.StatusNotFound
		}
		info, err := os.Stat(filepath.Join(dir, rest))
		if err == nil && info.IsDir() {
			_, err = os.Stat(filepath.Join(dir, rest, "index.html"))
		}
		if err != nil {
			return http.StatusNotFound
		}
		return http.StatusOK
	}
}

func slash(p string) string {
	if strings.HasSuffix(p, "/") {
		return "/"
	}
	return ""
}

func TestAnEarlierExportIsReplacedAsAWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	run(t, dir)
	stale := filepath.Join(dir, "stale.html")
	if err := os.WriteFile(stale, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir)
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is no longer of the blog stayed: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("beside the export there is %v", left)
	}
}

func TestWhatIsNoExportIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(own, []byte("years"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := export.Static(t.Context(), export.Options{Handler: blog(), Origin: "https://blog.example", Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "choose a new folder") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Error(err)
	}
}

// TestAFailureLeavesTheEarlierExport: a page that cannot be drawn, and an end in the middle.
func TestAFailureLeavesTheEarlierExport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	run(t, dir)
	broken := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/blog/a" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		blog().ServeHTTP(w, r)
	})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, try := range map[string]struct {
		ctx     context.Context
		handler http.Handler
	}{"a page fails": {t.Context(), broken}, "ended": {ended, blog()}} {
		if _, err := export.Static(try.ctx, export.Options{Handler: try.handler, Origin: "https://blog.example", Dir: dir}); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := os.Stat(filepath.Join(dir, "blog/a/index.html")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
			t.Errorf("%s: beside the export there is %v", name, left)
		}
	}
}
