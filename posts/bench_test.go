package posts

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"vang/markdown"
)

// manyPosts are n posts in memory: those of this project's own blog under new names.
func manyPosts(b *testing.B, n int) fstest.MapFS {
	b.Helper()
	names, err := filepath.Glob("../content/posts/*.md")
	if err != nil || len(names) == 0 {
		b.Fatalf("no posts: %v", err)
	}
	fsys := fstest.MapFS{}
	for i := range n {
		name := names[i%len(names)]
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		fsys[fmt.Sprintf("posts/%s-%d.md", strings.TrimSuffix(filepath.Base(name), ".md"), i)] = &fstest.MapFile{Data: text}
	}
	return fsys
}

func openMany(b *testing.B, fsys fs.FS) *Library {
	b.Helper()
	l, err := Open(b.Context(), Options{FS: fsys, Now: today, Author: markdown.NewAuthor(markdown.AuthorOptions{}), Drafts: true})
	if err != nil {
		b.Fatal(err)
	}
	return l
}

func BenchmarkLoad(b *testing.B) {
	fsys := manyPosts(b, 1000)
	b.Run("1000 posts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			openMany(b, fsys)
		}
	})
	l := openMany(b, fsys)
	b.Run("snapshot of 1000 posts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.build(l.files, l.settings, nil)
		}
	})
	b.Run("look at 1000 posts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := l.reload(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTag cuts a page out of a tag that 5,000 posts have.
func BenchmarkTag(b *testing.B) {
	fsys := fstest.MapFS{}
	for i := range 5000 {
		fsys[fmt.Sprintf("posts/%d.md", i)] = &fstest.MapFile{Data: []byte("---\ntags: [all]\n---\ntext")}
	}
	s := openMany(b, fsys).Snapshot()
	b.Run("page of 5000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, l := s.ByTag("", "all")
			l.Cut(0, 10)
		}
	})
}
