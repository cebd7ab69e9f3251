package posts

import (
	"bytes"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"vang/markdown"
)

func TestDates(t *testing.T) {
	for in, want := range map[any]string{
		"2024-01-02": "2024-01-02T00:00:00Z", "2024-1-2": "2024-01-02T00:00:00Z", "2024/01/02": "2024-01-02T00:00:00Z", "20240102": "2024-01-02T00:00:00Z",
		20240102: "2024-01-02T00:00:00Z", "2024-01-02T03:04:05Z": "2024-01-02T03:04:05Z", "2024-01-02T03:04:05+07:00": "2024-01-02T03:04:05+07:00",
		"2024-01-02T03:04:05.678Z": "2024-01-02T03:04:05.678Z", "2024-01-02 03:04:05 +0700": "2024-01-02T03:04:05+07:00", "2024-01-02 03:04": "2024-01-02T03:04:00Z",
		"2024-01-02 03:04:05": "2024-01-02T03:04:05Z", "2024-01-02 03:04 -0800": "2024-01-02T03:04:00-08:00", " '2024-01-02' ": "2024-01-02T00:00:00Z",
		"Jan 2, 2024": "2024-01-02T00:00:00Z", "2 January 2024": "2024-01-02T00:00:00Z", "Tue, 02 Jan 2024 03:04:05 +0000": "2024-01-02T03:04:05Z",
		"2024年1月2日": "2024-01-02T00:00:00Z", "2.1.2024": "2024-01-02T00:00:00Z", "2024-01-02 at noon": "2024-01-02T00:00:00Z",
		time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC): "2024-01-02T00:00:00Z", "0001-01-01T00:00:00Z": "", "": "", nil: "",
		"tomorrow": "error", "2024-13-45": "error", "2024-02-30": "error", "0000-00-00": "error", true: "error", "01/02/2024": "error", "99999-01-01": "error",
	} {
		got, _, err := parseDate(in)
		text := ""
		switch {
		case err != nil:
			text = "error"
		case !got.IsZero():
			text = got.Format(time.RFC3339Nano)
		}
		if text != want {
			t.Errorf("%v is %q, want %q", in, text, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	day := time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		path  string
		shape shape
		want  place
	}{
		{"posts/a.md", sections, place{dir: "posts", name: "a"}},
		{"posts/2024-02-03-a.md", sections, place{dir: "posts", name: "a", date: day}},
		{"posts/2024-2-3 a b.md", sections, place{dir: "posts", name: "a b", date: day}},
		{"posts/2024-02-03.md", sections, place{dir: "posts", name: "2024-02-03", date: day}},
		{"posts/2024-99-03-a.md", sections, place{dir: "posts", name: "2024-99-03-a"}},
		{"posts/a.vi.md", sections, place{lang: "vi", dir: "posts", name: "a"}},
		{"posts/a/index.pt-br.md", sections, place{lang: "pt-BR", dir: "posts", name: "a"}},
		{"posts/node.js.md", sections, place{dir: "posts", name: "node.js"}},
		{"vi/posts/a/index.md", sections, place{lang: "vi", dir: "posts", name: "a"}},
		{"posts/zh/a.md", sections, place{lang: "zh", dir: "posts", name: "a"}},
		{"pages/a.md", sections, place{page: true, dir: "pages", name: "a"}},
		{"a.md", sections, place{page: true, dir: ".", name: "a"}},
		{"docs/a.md", sections, place{dir: "docs", name: "a"}},
		{"_posts/2024-02-03-a.markdown", jekyll, place{dir: "_posts", name: "a", date: day}},
		{"about.md", jekyll, place{page: true, dir: ".", name: "about"}},
		{"cn/a.md", loose, place{lang: "zh", dir: ".", name: "a"}},
		{"a.md", loose, place{dir: ".", name: "a"}},
		{"go/index.md", loose, place{dir: ".", name: "go"}},
		{"index.md", loose, place{dir: ".", name: "index"}},
	} {
		got := placeOf(c.path, c.shape, nil)
		if got := (place{page: got.page, lang: got.lang, dir: got.dir, name: got.name, date: got.date}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.path, got, c.want)
		}
	}
}

// FuzzFile reads whatever bytes a file may have, as Open does.
func FuzzFile(f *testing.F) {
	for _, s := range []string{
		"", "---\n", "---\n---\n", "---\ntitle: a\n---\nb", "+++\na=1\n+++\n", "{\"a\":1}\nx", "{{< a >}}", "---\r\ntitle: x\r\n---\r\n", "\uFEFF---\na: b\n...\nx",
		"---\na: &a [*a]\n---\n", "---\n? [a]\n: b\n---\n", "---\n- a\n---\n", "---\n<<: {a: 1}\n---\n", "+++\n[a]\nb.c=[{d=1}]\n+++\n", "{", "{\"a\":", "---\ntags: {a: 1}\nauthors: [[x]]\n---\n",
		"---\ndate: 2024-01-01\nslug: ../..\naliases: [//x, http://a b, '%zz']\ncategories: 7\nlang: [x]\ndraft: {}\n---\n", "---\n!!binary x: y\n---", "---\na: !!int x\n---\n",
	} {
		f.Add([]byte(s))
	}
	author := markdown.NewAuthor(markdown.AuthorOptions{CacheBytes: 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		fl := &file{path: "posts/a.md"}
		data = bytes.Clone(data) // the fuzzer's own must stay
		fl.parse(data, author, func(_, body []byte) source { return new(attic).keep(body) })
		says := fmt.Sprintf("%v %v %v %v %v", fl.post, fl.said, fl.matter, fl.hash, fl.problems)
		clear(data) // as the next file does, which is read into the same room
		if now := fmt.Sprintf("%v %v %v %v %v", fl.post, fl.said, fl.matter, fl.hash, fl.problems); now != says {
			t.Fatalf("what the file says lies in the room it was read into:\n%s\n%s", says, now)
		}
		if fl.broken {
			if len(fl.problems) == 0 {
				t.Fatal("broken without a word")
			}
			return
		}
		b := newBuilder(readNoSettings(), house{}, true, today())
		b.site.Lang = "en"
		entries := b.entries(map[string]*file{fl.path: fl})
		b.defaults(entries, "")
		b.sort(entries)
		posts, pages, indexes := b.address(entries)
		s := newSnapshot(b.site, posts, pages, indexes)
		b.redirects(s, posts)
		p, ok := s.Post(s.posts[0].Slug)
		if !ok || p.Title == "" || !utf8.ValidString(p.Title+p.Summary) || p.Minutes < 1 {
			t.Fatalf("%+v", p)
		}
		for _, problem := range fl.problems {
			if problem.Line < 0 || problem.Line > 2+len(data) {
				t.Fatalf("%v", problem)
			}
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"", "2024-01-02", "2024-01-02T03:04:05+07:00", "Jan 2, 2024", "0000-00-00", "2024-1-2 x", "９９"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, _, err := parseDateText(s)
		if err != nil && !got.IsZero() {
			t.Fatal("a date and an error")
		}
		if !got.IsZero() && (got.Year() < 1000 || got.Year() > 9999) {
			t.Fatalf("%q is %v", s, got)
		}
	})
}
