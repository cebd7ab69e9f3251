package posts

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"vang/markdown"
)

// TestRealBlogs opens every folder of the corpora and every post in it. What is not understood is a warning, never a
// crash, and no file is lost but those that cannot have an address.
func TestRealBlogs(t *testing.T) {
	corpora := os.Getenv("VANG_CORPORA")
	if corpora == "" {
		t.Skip("VANG_CORPORA is not set: 3,500 real posts in five shapes are NOT tried")
	}
	folders, err := filepath.Glob(filepath.Join(corpora, "posts", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders in %s: %v", corpora, err)
	}
	for _, dir := range folders {
		t.Run(filepath.Base(dir), func(t *testing.T) { tryBlog(t, dir) })
	}
}

func tryBlog(t *testing.T, dir string) {
	author := markdown.NewAuthor(markdown.AuthorOptions{})
	heap := heapBytes()
	start := time.Now()
	l, err := Open(t.Context(), Options{Dir: dir, Author: author, Now: time.Now, Drafts: true})
	if err != nil {
		t.Fatal(err)
	}
	loaded := time.Since(start)
	snap := l.Snapshot()
	if loaded > 10*time.Second || len(snap.Posts("")) == 0 {
		t.Errorf("%d posts after %v", len(snap.Posts("")), loaded)
	}
	t.Logf("%d posts, %d pages, %v: loaded in %v, %d kB in memory", len(snap.Posts("")), len(snap.Pages()), snap.Languages(),
		loaded.Round(time.Millisecond), (heapBytes()-heap)>>10)
	if want := markdownFiles(t, dir); len(snap.Posts(""))+len(snap.Pages()) != want {
		t.Errorf("%d of %d files are shown: %v", len(snap.Posts(""))+len(snap.Pages()), want, l.Problems())
	}
	start = time.Now()
	problems, err := l.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Fatal || p.File == "" || p.Line < 0 {
			t.Errorf("%v", p)
		}
	}
	t.Logf("all rendered in %v, %d problems", time.Since(start).Round(time.Millisecond), len(problems))
	for _, p := range snap.Posts("") {
		if _, ok := snap.At(p.Path); !ok || p.Title == "" || p.Slug == "" {
			t.Errorf("%s cannot be opened: %+v", p.Source, p)
		}
	}
}

func heapBytes() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func markdownFiles(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), "_"): // pieces that other files include
			return filepath.SkipDir
		case !d.IsDir() && isMarkdown(d.Name()) && !strings.HasPrefix(d.Name(), "_") && !skipped(d.Name()):
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
