package posts

import (
	"slices"
	"testing"
)

func TestPostsBelowAFolder(t *testing.T) {
	text := func(day string) string { return "---\ntitle: p" + day + "\ndate: 2024-01-" + day + "\n---\n\nx\n" }
	s := openFiles(t, map[string]string{
		"content/notes/a.md": text("03"), "content/notes/2024/b.md": text("05"), "content/notes/2023/c.md": text("04"),
		"content/notesbook/d.md": text("06"), "content/talks/e.md": text("07"),
	}).Snapshot()
	titles := func(path string) (list []string) {
		found := s.Below("", path)
		for _, p := range found.Cut(0, found.Len()) {
			list = append(list, p.Title)
		}
		return list
	}
	for path, want := range map[string][]string{
		"notes": {"p05", "p04", "p03"}, "/notes/": {"p05", "p04", "p03"}, "notes/2023": {"p04"}, "talks": {"p07"}, "nothing": nil,
	} {
		if got := titles(path); !slices.Equal(got, want) {
			t.Errorf("below %s: %v, want %v", path, got, want)
		}
	}
}

func TestTheSitesAuthorIsKnownWherePostsNameThem(t *testing.T) {
	s := openFiles(t, map[string]string{
		"site.yaml":  "title: Blog\nauthor: {name: Ân, bio: Writes.}\n",
		"posts/a.md": "---\ntitle: A\nauthor: ân\n---\n\nx\n",
	}).Snapshot()
	if p, _ := s.Post("a"); len(p.Authors) != 1 || p.Authors[0].Bio != "Writes." || p.Authors[0].Name != "Ân" {
		t.Errorf("the author of the post is %+v", p.Authors)
	}
}
