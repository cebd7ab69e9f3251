package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestExportIsTheBlogAsReadersSeeIt: the embedded blog with a discussion of two pages, while it runs.
func TestExportIsTheBlogAsReadersSeeIt(t *testing.T) {
	dir := t.TempDir()
	db, out := "sqlite:"+filepath.Join(dir, "v.db"), filepath.Join(dir, "out")
	base, _ := start(t, "--database", db, "--rate-limit", "off")
	slug := firstSlug(t, base)
	for n := range 51 {
		postComment(t, base, slug, fmt.Sprintf("said number %d here", n))
	}
	hidden := postComment(t, base, slug, "words that were hidden")
	if _, err := output(t, env(nil), "admin", "hide", hidden, "--database", db); err != nil {
		t.Fatal(err)
	}
	told, err := output(t, env(nil), "export", "static", out, "--database", db, "--base-url", "https://blog.example", "--cache", "off")
	if err != nil || !strings.Contains(told, "are in "+out) {
		t.Fatalf("%q, %v", told, err)
	}
	said := map[string]bool{}
	links := walkExport(t, out, func(name, text string) {
		for n := range 51 {
			words := fmt.Sprintf("said number %d here", n)
			said[words] = said[words] || strings.HasPrefix(name, "blog/"+slug+"/") && strings.Contains(text, words)
		}
		for _, bad := range []string{"words that were hidden", "<form", "data-hx-post=", "data-hx-ws:connect=", "<script defer", "?reply="} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	})
	for words, there := range said {
		if !there {
			t.Errorf("%q is not exported", words)
		}
	}
	if links < 500 {
		t.Errorf("only %d links were looked at", links)
	}
	if strings.Contains(told, "where nothing is") {
		t.Errorf("links of the blog lead nowhere: %s", told)
	}
}

var exportedLink = regexp.MustCompile(` (?:href|src)="([^"]*)"`)

// walkExport looks at each page and sees that its links lead to files, for a host that puts the export below a folder.
func walkExport(t *testing.T, dir string, look func(name, text string)) (links int) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Base(name) != "index.html" {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		look(name, string(b))
		here := &url.URL{Path: "/below/" + strings.TrimSuffix(name, "index.html")}
		for _, m := range exportedLink.FindAllStringSubmatch(string(b), -1) {
			to, err := here.Parse(html.UnescapeString(m[1]))
			if err != nil || to.Host != "" || to.Scheme != "" {
				continue
			}
			links++
			file, below := strings.CutPrefix(to.Path, "/below/")
			if strings.HasSuffix(to.Path, "/") {
				file += "index.html"
			}
			if info, err := os.Stat(filepath.Join(dir, file)); !below || err != nil || info.IsDir() {
				t.Errorf("%s leads to %s, which is no file", name, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return links
}

func TestExportAsksForWhatItNeeds(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"nothing":      {[]string{"export"}, "vang export static DIR"},
		"no address":   {[]string{"export", "static", filepath.Join(dir, "out")}, "--base-url"},
		"not a folder": {[]string{"export", "static", "export_test.go", "--base-url", "https://blog.example", "--cache", "off", "--database", "sqlite:" + filepath.Join(dir, "none.db")}, "export"},
	} {
		if _, err := output(t, env(nil), tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExportLeavesNoDatabaseBehind: a blog that nobody ran yet has none.
func TestExportLeavesNoDatabaseBehind(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "none.db"), filepath.Join(dir, "out")
	if _, err := output(t, env(nil), "export", "static", out, "--base-url", "https://blog.example", "--cache", "off", "--database", "sqlite:"+db); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("an export made a database")
	}
	if _, err := os.Stat(filepath.Join(out, "index.html")); err != nil {
		t.Error(err)
	}
}
