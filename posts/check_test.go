package posts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// findings are a report's, as lines.
func findings(t *testing.T, l *Library) []string {
	t.Helper()
	r, err := l.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, f := range r.Findings {
		list = append(list, strings.TrimSuffix(f.String(), f.Message)+fmt.Sprintf("%s: %s", f.Severity, f.Message))
	}
	return list
}

func TestACheckFindsWhatReadersWouldStumbleOver(t *testing.T) {
	dir := files(t, map[string]string{
		"site.yaml": "title: T\nlang: en\nmenu:\n  en:\n    - {label: Gone, url: /gone}\n    - {label: Archive, url: /archive}\n",
		"posts/good.md": "---\ntitle: Good\ndate: 2026-01-02\ntags: [go]\naliases: [/old]\n---\n\n## A part\n\n[own](#a-part), [top](#main), [comments](#comments),\n" +
			"[other](/blog/bad#the-end), [file](bad.md#the-end), [old](/old), [tag](/tag/go), [feed](/feed.xml), [media](/media/x.pdf),\n" +
			"[list](/en/archive/2026), [mail](mailto:a@example.org), [elsewhere](https://example.org/none)\n\n![words](/media/dot.png)\n\n<img src=\"/media/dot.png\" alt=\"\">\n",
		"posts/bad.md": "---\ntitle: Bad\ndate: 2026-01-03\nTags: [a]\ntags: [b]\n---\n\n## The end\n\n[a](#The_end)\n[b](/blog/nothing)\n[c](/blog/good#none)\n" +
			"[d](none.md)\n[e](/blog/secret)\n[f](/tag/none)\n[g](/media/none.pdf)\n[h](/blog/nothing)\n\n![](/media/dot.png)\n\n![x](/media/none.png)\n\n{{< nonesuch >}}\n",
		"posts/secret.md": "---\ntitle: Secret\ndraft: true\n---\n[fine, neither is seen](/blog/later)\n",
		"posts/later.md":  "---\ntitle: Later\ndate: 2031-02-03\n---\nx",
		"posts/draft.md":  "---\ntitle: Draft\ndate: 2026-01-08\n---\nx",
		"posts/broken.md": "---\ntitle: [\n---\nx",
		"posts/day.md":    "---\ntitle: Day\ndate: 2026-02-31\n---\nx",
		"posts/same.md":   "---\ntitle: Same\nslug: draft\ndate: 2026-01-09\n---\nx",
		"media/dot.png":   "\x89PNG\r\n\x1a\n", "media/x.pdf": "%PDF",
		"media/large.svg": "<svg>" + strings.Repeat(" ", heavyDrawing) + "</svg>",
	})
	got := findings(t, open(t, Options{Dir: dir, Drafts: true}))
	for _, want := range []string{
		`posts/bad.md:5: warning: the key "tags" stands in line 4 already`,
		`posts/bad.md:10: error: the link to "#The_end" leads to no heading or id of posts/bad.md: is it #the-end`,
		`posts/bad.md:11: error: the link to "/blog/nothing" leads nowhere`,
		`posts/bad.md:12: error: the link to "/blog/good#none" leads to no heading or id of posts/good.md: it has #a-part`,
		`posts/bad.md:13: error: the link to "none.md" leads nowhere`,
		`posts/bad.md:14: error: the link to "/blog/secret" leads to posts/secret.md, which readers do not see`,
		`posts/bad.md:15: error: the link to "/tag/none" leads nowhere`,
		`posts/bad.md:16: error: the link to "/media/none.pdf" leads nowhere`,
		`posts/bad.md:17: error: the link to "/blog/nothing" leads nowhere`,
		`posts/bad.md:19: warning: the picture dot.png has no words`,
		`posts/bad.md:21: error: there is no picture "/media/none.png"`,
		`posts/bad.md:23: warning: there is no shortcode nonesuch`,
		`posts/later.md: note: is shown from 2031-02-03`,
		`posts/broken.md:`, `posts/day.md:3: warning: date:`, `posts/draft.md: error: has the same address`,
		`media/large.svg: warning: has 1.0 MB`,
		`site.yaml: error: the menu's link to "/gone" leads nowhere`,
	} {
		if n := beginning(got, want); n != 1 {
			t.Errorf("%d findings begin with %s", n, want)
		}
	}
	if n := beginning(got, "posts/good.md"); n != 0 || len(got) != 18 {
		t.Errorf("%d findings of a good post; all %d:\n%s", n, len(got), strings.Join(got, "\n"))
	}
}

func beginning(list []string, prefix string) (n int) {
	for _, s := range list {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

func TestStartWritesWhereThePostsAre(t *testing.T) {
	for name, tt := range map[string]struct {
		files             map[string]string
		title, file, text string
	}{
		"nothing": {nil, "Đường  phố", "posts/duong-pho.md", "---\ntitle: Đường phố\ndate: 2026-11-22T12:00:00Z\ndraft: true\nlang: vi\n---\n\n"},
		"Vang, Vietnamese": {
			map[string]string{"site.yaml": "lang: vi\n"},
			"Đường phố: #1 \"hay\"", "posts/duong-pho-1-hay.md",
			"---\ntitle: 'Đường phố: #1 \"hay\"'\ndate: 2026-11-22T12:00:00Z\ndraft: true\n---\n\n",
		},
		"Hugo": {
			map[string]string{"hugo.toml": "title = 'x'\n", "content/blog/a.md": "+++\ntitle = 'A'\n+++\nx", "content/blog/b/index.md": "+++\ntitle = 'B'\n+++\nx"},
			"New", "content/blog/new.md", "+++\ntitle = 'New'\ndate = 2026-11-22T12:00:00Z\ndraft = true\n+++\n\n",
		},
		"Jekyll": {
			map[string]string{"_config.yml": "title: x\n", "_posts/2020-01-01-a.md": "---\ntitle: A\n---\nx"},
			"New", "_posts/2026-11-22-new.md", "---\ntitle: New\ndate: 2026-11-22T12:00:00Z\ndraft: true\n---\n\n",
		},
		"languages": {
			map[string]string{"site.yaml": "lang: en\n", "posts/vi/a.md": "---\ntitle: Bài\n---\nx", "posts/en/b.md": "---\ntitle: B\n---\nx", "posts/en/c.md": "---\ntitle: C\n---\nx"},
			"Bài mới", "posts/vi/bai-moi.md", "---\ntitle: Bài mới\ndate: 2026-11-22T12:00:00Z\ndraft: true\nlang: vi\n---\n\n",
		},
		"no letters": {nil, "😀 !", "posts/2026-11-22-1200.md", "---\ntitle: \"\\U0001F600 !\"\ndate: 2026-11-22T12:00:00Z\ndraft: true\n---\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := files(t, tt.files)
			l := open(t, Options{Dir: dir, Drafts: true})
			got, err := l.Start(tt.title, today())
			if err != nil || got != filepath.Join(dir, filepath.FromSlash(tt.file)) {
				t.Fatalf("%s, %v", got, err)
			}
			equal(t, "text", contentsOf(t, got), tt.text)
			if _, err := l.reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			found := false
			for _, p := range l.Snapshot().Posts("") {
				found = found || p.Draft && p.Title == strings.Join(strings.Fields(tt.title), " ")
			}
			if !found || len(l.Problems()) > 0 {
				t.Errorf("the new post is not read as it was written: %v, %v", slugs(l.Snapshot().Posts("")), l.Problems())
			}
			if _, err := l.Start(tt.title, today()); err == nil {
				t.Error("the same title again is no error")
			}
			equal(t, "the text afterwards", contentsOf(t, got), tt.text)
		})
	}
}

func TestStartOverwritesNothing(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": "---\ntitle: Other\nslug: other\n---\nmine"})
	l := open(t, Options{Dir: dir, Drafts: true})
	if _, err := l.Start("A", today()); err == nil {
		t.Error("a file of that name is no error")
	}
	equal(t, "text", contentsOf(t, filepath.Join(dir, "posts", "a.md")), "---\ntitle: Other\nslug: other\n---\nmine")
}

func contentsOf(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
