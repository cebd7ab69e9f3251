package posts

import (
	"strings"
	"testing"
	"time"
)

// TestWhatStrangersAskForLeadsNowhereElse: the path below which a site once was is cut off, and what is left must be a path of
// this site: browsers take "//name" and "/\\name" for another one.
func TestWhatStrangersAskForLeadsNowhereElse(t *testing.T) {
	dir := files(t, map[string]string{"hugo.toml": "baseURL = 'https://an.example/notes/'\n", "content/posts/one.md": post("One")})
	s := open(t, Options{Dir: dir}).Snapshot()
	if to, ok := s.Redirect("/notes/posts/one/"); !ok || to != "/posts/one/" {
		t.Errorf("below the former path: %q, %t", to, ok)
	}
	for _, path := range []string{"/notes//evil.example", "/notes/%2Fevil.example", "/notes///evil.example/x", "/notes/%2F%2Fevil.example", "/notes/%5Cevil.example", "/notes/%5C%2Fevil.example"} {
		if to, ok := s.Redirect(path); ok && (strings.HasPrefix(to, "//") || strings.Contains(to, "\\")) {
			t.Errorf("%s leads to %s, another site", path, to)
		}
	}
}

// TestDeepAddressesCostNothing: an address of thousands of parts is asked for by strangers only. It took seconds.
func TestDeepAddressesCostNothing(t *testing.T) {
	s := open(t, Options{Dir: files(t, map[string]string{"posts/one/index.md": post("One"), "posts/one/a/b/c.txt": "c"})}).Snapshot()
	for _, path := range []string{"/blog/one/a/b/c.txt", "/posts/one/a/b/c.txt"} {
		if _, ok := s.Static(path); !ok {
			t.Errorf("%s is not found", path)
		}
	}
	for _, part := range []string{"/a", "%2Fa", "/%61", "/"} {
		begin := time.Now()
		if _, ok := s.Static("/" + strings.Repeat(part, 15_000/len(part)) + "/x.png"); ok {
			t.Error("found")
		}
		if took := time.Since(begin); took > 100*time.Millisecond {
			t.Errorf("an address of many %q took %v", part, took)
		}
	}
}
