package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/sync/errgroup"
)

// TestRealBlogsOpen points Vang at real blogs as their owners would: each post opens, shows no syntax of another tool, and every
// former address leads on.
func TestRealBlogsOpen(t *testing.T) {
	root := os.Getenv("VANG_CORPORA")
	if root == "" {
		t.Skip("LEFT OUT: VANG_CORPORA names no folder with real blogs")
	}
	blogs, err := os.ReadDir(filepath.Join(root, "posts"))
	if err != nil || len(blogs) < 6 {
		t.Fatalf("%d blogs, %v", len(blogs), err)
	}
	for _, blog := range blogs {
		t.Run(blog.Name(), func(t *testing.T) {
			app := openBlog(t, filepath.Join(root, "posts", blog.Name()))
			snap := app.library.Snapshot()
			if len(snap.Posts(""))+len(snap.Pages()) < 18 {
				t.Fatalf("%d posts and %d pages", len(snap.Posts("")), len(snap.Pages()))
			}
			var group errgroup.Group
			group.SetLimit(runtime.GOMAXPROCS(0))
			for i, p := range slices.Concat(snap.Posts(""), snap.Pages()) {
				if i%oneIn != 0 {
					continue
				}
				group.Go(func() error {
					res := getDrawn(app, p.Path)
					if res.Code != http.StatusOK {
						t.Errorf("%s at %s is answered %d", p.Source, p.Path, res.Code)
						return nil
					}
					for _, shown := range syntaxShown(res.Body.Bytes()) {
						t.Errorf("%s at %s shows %q", p.Source, p.Path, shown)
					}
					return nil
				})
			}
			_ = group.Wait()
			count := 0
			for from, to := range snap.Redirects() {
				if count++; count%oneIn != 0 {
					continue
				}
				res := get(app, (&url.URL{Path: from}).EscapedPath())
				if res.Code != http.StatusMovedPermanently && res.Code != http.StatusOK {
					t.Errorf("%s, which leads to %s, is answered %d", from, to, res.Code)
				}
			}
		})
	}
}

// openBlog is a whole Vang on a folder, without a network.
func openBlog(t *testing.T, dir string) *app {
	t.Helper()
	config, _, err := parseConfig("serve", []string{"--content", dir, "--database", "sqlite:" + filepath.Join(t.TempDir(), "v.db"), "--cache", "off"}, env(nil),
		"content", "database", "cache")
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(context.Background(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	return a
}

// getDrawn asks again where a page took too long to draw: what was begun goes on behind the answer.
func getDrawn(a *app, path string) *httptest.ResponseRecorder {
	res := get(a, path)
	for range 10 {
		if res.Code != http.StatusServiceUnavailable {
			break
		}
		res = get(a, path)
	}
	return res
}

func get(a *app, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://blog.example"+path, nil)
	a.server.Handler().ServeHTTP(w, r)
	return w
}

// foreign is what other tools replace and readers must not see.
var foreign = regexp.MustCompile(`\{\{[<%][^}]*|\{%-?\s*[a-z]+|\{\{-?\s*(?:site|page|include)\b[^}]*|^:::|\{:\s*[.#][\w-]+|\[\^[\w-]+\]|(?:^|\s)\^\[|<!--more|\[!\[`)

// syntaxShown is what of it stands in a page's text outside of code.
func syntaxShown(page []byte) []string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	var shown []string
	var walk func(n *html.Node, prose bool)
	walk = func(n *html.Node, prose bool) {
		switch {
		case n.Type == html.ElementNode && (n.DataAtom == atom.Code || n.DataAtom == atom.Pre || n.Data == "math" || n.DataAtom == atom.Script || n.Data == "svg"):
			return
		case n.Type == html.ElementNode:
			for _, a := range n.Attr {
				prose = prose || a.Key == "class" && a.Val == "prose"
			}
		case n.Type == html.TextNode && prose:
			if found := foreign.FindString(n.Data); found != "" {
				shown = append(shown, fmt.Sprintf("%.60s in %.80s", found, strings.TrimSpace(n.Data)))
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, prose)
		}
	}
	walk(doc, false)
	return shown
}
