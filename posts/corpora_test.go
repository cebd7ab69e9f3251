package posts

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
	hidden := unshown(l)
	if want := markdownFiles(t, dir); len(snap.Posts(""))+len(snap.Pages())+hidden != want {
		t.Errorf("%d of %d files are shown, %d are not meant to be: %v", len(snap.Posts(""))+len(snap.Pages()), want, hidden, l.Problems())
	}
	tryAddresses(t, l)
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

// unshown counts the documents whose authors say that nobody visits them: render: never.
func unshown(l *Library) (n int) {
	b := newBuilder(l.settings, *l.house.Load(), true, time.Now())
	for _, e := range b.entries(l.files) {
		if e.said.hidden && !e.index {
			n++
		}
	}
	return n
}

// tryAddresses follows every address that a post ever had, as its file tells.
func tryAddresses(t *testing.T, l *Library) {
	t.Helper()
	s, tried, told := l.Snapshot(), 0, 0
	for _, p := range slices.Concat(s.posts, s.pages) {
		if got, ok := s.At(p.Path); !ok || got.Source != p.Source {
			t.Errorf("%s does not open %s", p.Path, p.Source)
		}
		for _, alias := range l.files[p.Source].old {
			tried++
			at, shown := s.At(alias)
			to, leads := s.Redirect(alias)
			switch {
			case leads && to == p.Path, shown && at.Source == p.Source:
			case leads || shown: // another file has it, or asks for it too, which its author was told
				told++
			default:
				t.Errorf("%s: the alias %s leads nowhere", p.Source, alias)
			}
		}
		dated := datedFolders.MatchString(l.files[p.Source].address.text+"/") || datedName.MatchString(strings.TrimSuffix(filepath.Base(p.Source), filepath.Ext(p.Source)))
		if dated && p.Date.IsZero() {
			t.Errorf("%s has no date, though its name or address tells one", p.Source)
		}
	}
	t.Logf("%d aliases lead to their posts, %d to others that ask for them too; %d redirects", tried-told, told, len(s.redirects))
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
