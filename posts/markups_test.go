package posts

import (
	"strings"
	"testing"
	"testing/fstest"

	"vang/markdown"
)

// TestTextsInOtherMarkupsAreNamed: what another tool shows does not vanish without a word.
func TestTextsInOtherMarkupsAreNamed(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("---\ntitle: A\n---\n\nWords.\n")}
	l, err := Open(t.Context(), Options{
		FS:     fstest.MapFS{"posts/a.md": text, "posts/b.mdown": text, "posts/c.org": text, "posts/d.org": text, "posts/e.mdx": text},
		Author: markdown.NewAuthor(markdown.AuthorOptions{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(l.Snapshot().Posts("")); n != 2 {
		t.Errorf("%d posts", n)
	}
	told := map[string]string{}
	for _, p := range l.Problems() {
		told[p.File] = p.Message
	}
	if !strings.Contains(told["posts/c.org"], "2 file(s)") || !strings.Contains(told["posts/e.mdx"], ".mdx") || len(told) != 2 {
		t.Errorf("problems: %v", told)
	}
}
