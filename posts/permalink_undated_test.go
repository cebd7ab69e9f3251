package posts

import (
	"testing"
	"testing/fstest"

	"vang/markdown"
)

// TestUndatedPostsUnderADatedPattern stand where posts without a pattern do, and what they lead to stays reachable.
func TestUndatedPostsUnderADatedPattern(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	l, err := Open(t.Context(), Options{Author: markdown.NewAuthor(markdown.AuthorOptions{}), FS: fstest.MapFS{
		"site.yaml":      file("title: T\npermalinks: /:year/:month/:slug/\n"),
		"posts/dated.md": file("---\ntitle: Dated\ndate: 2026-03-01\n---\n\n[itself](/blog/dated) and [the other](/blog/plain)\n"),
		"posts/plain.md": file("---\ntitle: Plain\n---\n\nText.\n"),
		"posts/gone.md":  file("---\ntitle: Gone\nredirect_to: /about\n---\n"),
		"pages/about.md": file("---\ntitle: About\n---\n\nText.\n"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := l.Snapshot()
	for slug, want := range map[string]string{"dated": "/2026/03/dated/", "plain": "/blog/plain"} {
		if p, _ := s.Post(slug); p.Path != want {
			t.Errorf("%s is at %s, want %s", slug, p.Path, want)
		}
	}
	if to, _ := s.Redirect("/blog/gone"); to != "/about" {
		t.Errorf("/blog/gone leads to %q", to)
	}
	report, err := l.Inspect(t.Context())
	if err != nil || len(report.Findings) > 0 {
		t.Errorf("the check finds %v, %v", report.Findings, err)
	}
}
