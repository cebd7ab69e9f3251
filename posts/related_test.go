package posts

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"vang/blog"
)

func openFS(t *testing.T, fsys fstest.MapFS) *Snapshot {
	t.Helper()
	return open(t, Options{FS: fsys}).Snapshot()
}

func slugsOf(list []blog.Post) string {
	slugs := make([]string, len(list))
	for i, p := range list {
		slugs[i] = p.Slug
	}
	return strings.Join(slugs, " ")
}

func relatedTo(t *testing.T, s *Snapshot, slug string, n int) string {
	t.Helper()
	p, ok := s.Post(slug)
	if !ok {
		t.Fatalf("no post %s", slug)
	}
	return slugsOf(s.Related(p, n))
}

func TestRelatedPostsShareWhatIsRare(t *testing.T) {
	fsys := fstest.MapFS{
		"posts/a.md":     {Data: []byte("---\ntitle: One\ndate: 2024-01-10\ntags: [all, hạt nhân]\n---\nx")},
		"posts/rare.md":  {Data: []byte("---\ntitle: Two\ndate: 2020-01-01\ntags: [all, hạt nhân]\n---\nx")},
		"posts/near.md":  {Data: []byte("---\ntitle: Three\ndate: 2024-01-11\ntags: [all]\n---\nx")},
		"posts/far.md":   {Data: []byte("---\ntitle: Four\ndate: 2019-01-01\ntags: [all]\n---\nx")},
		"posts/other.md": {Data: []byte("---\ntitle: Five\ndate: 2024-01-10\ntags: [none]\n---\nx")},
		"posts/en.md":    {Data: []byte("---\ntitle: Six\nlang: vi\ndate: 2024-01-10\ntags: [all, hạt nhân]\n---\nx")},
	}
	s := openFS(t, fsys)
	if got, want := relatedTo(t, s, "a", 9), "rare near far"; got != want {
		t.Errorf("related: %q, want %q", got, want)
	}
	if got, want := relatedTo(t, s, "a", 1), "rare"; got != want {
		t.Errorf("one related: %q, want %q", got, want)
	}
	if got := relatedTo(t, s, "other", 9); got != "" {
		t.Errorf("what has nothing in common: %q", got)
	}
}

func TestRelatedPostsWithoutTagsShareWordsOfTheirTitles(t *testing.T) {
	fsys := fstest.MapFS{
		"posts/a.md": {Data: []byte("---\ntitle: Đường phố Hà Nội\n---\nx")},
		"posts/b.md": {Data: []byte("---\ntitle: Phố cổ của Hà Nội\n---\nx")},
		"posts/c.md": {Data: []byte("---\ntitle: 中文搜索引擎\n---\nx")},
		"posts/d.md": {Data: []byte("---\ntitle: 怎么搜索\n---\nx")},
	}
	for i := range 60 { // a word that many titles have says nothing
		fsys[fmt.Sprintf("posts/of-%d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "---\ntitle: của x%d\n---\nx", i)}
	}
	s := openFS(t, fsys)
	if got, want := relatedTo(t, s, "a", 9), "b"; got != want {
		t.Errorf("related: %q, want %q", got, want)
	}
	if got, want := relatedTo(t, s, "c", 9), "d"; got != want {
		t.Errorf("related: %q, want %q", got, want)
	}
	if got, want := relatedTo(t, s, "b", 9), "a"; got != want {
		t.Errorf("related: %q, want %q", got, want)
	}
}

// BenchmarkRelated asks for the kin of a post among 10,000, all of which share a tag.
func BenchmarkRelated(b *testing.B) {
	fsys := fstest.MapFS{}
	for i := range 10_000 {
		fsys[fmt.Sprintf("posts/%d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"---\ntitle: A word that many have and %d that few have\ntags: [all, t%d, u%d]\n---\ntext", i%300, i%500, i%7)}
	}
	s := openMany(b, fsys).Snapshot()
	p := s.Posts("")[77]
	b.Run("title words of 10000", func(b *testing.B) {
		for b.Loop() {
			s.allTitleWords()
		}
	})
	b.Run("one of 10000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(s.Related(p, 5)) != 5 {
				b.Fatal("too few")
			}
		}
	})
}
