package posts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"vang/markdown"
)

// BenchmarkWatching is what following a folder of 10,000 files costs while nothing happens: a glance, and a look at all.
func BenchmarkWatching(b *testing.B) {
	dir := b.TempDir()
	for i := range 10_000 {
		file := filepath.Join(dir, "posts", fmt.Sprint(i%100), fmt.Sprintf("%d.md", i))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("---\ntitle: x\n---\ntext"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	l, err := Open(b.Context(), Options{Dir: dir, Author: markdown.NewAuthor(markdown.AuthorOptions{})})
	if err != nil {
		b.Fatal(err)
	}
	w := &watcher{library: l, onChange: func(_, _ *Snapshot) {}}
	for w.load(b.Context()); w.scene.stirred(); { // until what was just written is old enough
		w.load(b.Context())
	}
	b.Run("glance", func(b *testing.B) {
		for b.Loop() {
			if w.scene.stirred() {
				b.Fatal("nothing changed")
			}
		}
	})
	b.Run("look", func(b *testing.B) {
		for b.Loop() {
			w.load(b.Context())
		}
	})
}
