package posts

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
	"vang/markdown"
)

func today() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// files writes a content folder.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		write(t, dir, name, text)
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, o Options) *Library {
	t.Helper()
	o.Author = markdown.NewAuthor(markdown.AuthorOptions{})
	if o.Now == nil {
		o.Now = today
	}
	l, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func openFiles(t *testing.T, texts map[string]string) *Library {
	t.Helper()
	return open(t, Options{Dir: files(t, texts)})
}

func slugs(list []blog.Post) []string {
	out := []string{}
	for _, p := range list {
		out = append(out, p.Slug)
	}
	return out
}

func problemsOf(l *Library, file string) (out []Problem) {
	for _, p := range l.Problems() {
		if p.File == file {
			out = append(out, p)
		}
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestPostSaysWhatItsFrontMatterSays(t *testing.T) {
	l := openFiles(t, map[string]string{
		"site.yaml": "title: T\nlang: vi\nauthor: {name: An, url: /an}\n", "media/a.jpg": "x",
		"posts/2024-02-03-Đường phố.md": "---\nTitle: 'Đường  phố'\nTags: [Hà Nội, C++]\nCategories: [Phố, Thêm]\nDescription: Tóm tắt\n" +
			"lastmod: 2024-03-01\nimage: /media/a.jpg\ncomments: false\naliases: [/2024/02/cu/, ten-cu]\n---\n\nNội dung.\n",
		"posts/hello/index.md": "+++\ntitle = \"Hello\"\ndate = 2024-05-06T07:08:09+07:00\ndraft = false\nauthors = [\"B\", {name = \"C\", url = \"https://c.example\"}]\nlang = \"en\"\n[taxonomies]\ntags = [\"Go\"]\n+++\nText",
		"posts/json.md":        "{\n  \"title\": \"J\",\n  \"date\": \"2024/1/2\"\n}\n\n# Not the title\n",
		"posts/bare.md":        "\uFEFFJust text with [a link](x).\r\n\r\nMore.\r\n",
		"posts/h1.md":          "# From the *text*\n\nBody\n",
	})
	equal(t, "problems", l.Problems(), []Problem(nil))
	s := l.Snapshot()
	equal(t, "order", slugs(s.Posts("")), []string{"hello", "duong-pho", "json", "bare", "h1"})
	got, _ := s.Post("duong-pho")
	got.Hash, got.Source = "", ""
	equal(t, "the Vietnamese post", got, blog.Post{
		Slug: "duong-pho", Path: "/blog/duong-pho", Lang: "vi", Title: "Đường phố", Summary: "Tóm tắt",
		Authors: []blog.Person{{Name: "An", URL: "/an", Slug: "an"}}, Section: "posts",
		Date: time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC), Updated: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC),
		Category: blog.Term{Name: "Phố", Slug: "pho"}, Categories: []blog.Term{{Name: "Phố", Slug: "pho"}, {Name: "Thêm", Slug: "them"}},
		Tags:  []blog.Term{{Name: "Hà Nội", Slug: "ha-noi"}, {Name: "C++", Slug: "c-plus-plus"}},
		Image: "/media/a.jpg", Minutes: 1, Aliases: []string{"/2024/02/cu", "/ten-cu", "ten-cu"},
	})
	hello, _ := s.Post("hello")
	equal(t, "authors", hello.Authors, []blog.Person{{Name: "B", Slug: "b"}, {Name: "C", URL: "https://c.example", Slug: "c"}})
	equal(t, "tags of Zola", hello.Tags, []blog.Term{{Name: "Go", Slug: "go"}})
	bare, _ := s.Post("bare")
	equal(t, "title and summary of a file that says nothing", [2]string{bare.Title, bare.Summary}, [2]string{"Bare", "Just text with a link."})
	h1, _ := s.Post("h1")
	equal(t, "title of the text", h1.Title, "From the text")
	doc, err := s.Document(t.Context(), h1)
	equal(t, "text below its own title", doc.HTML, "<p>Body</p>\n")
	equal(t, "error", err, error(nil))
}

func TestAddressesOfTranslations(t *testing.T) {
	l := openFiles(t, map[string]string{
		"site.yaml":           "lang: vi\n",
		"posts/cay.vi.md":     "---\ntitle: Cây\ndate: 2026-01-02\n---\nx",
		"posts/cay.en.md":     "---\ntitle: Tree\ndate: 2026-01-02\n---\nx",
		"posts/en/sea.md":     "---\ntitle: Sea\ndate: 2026-01-03\nslug: sea\n---\nx",
		"posts/bien.md":       "---\ntitle: Biển\ndate: 2026-01-03\ntranslationKey: sea\n---\nx",
		"posts/the-sea.en.md": "---\ntitle: The sea\ndate: 2026-01-04\ntranslationKey: sea\n---\nx",
		"en/posts/hill.md":    "---\ntitle: Hill\ndate: 2026-01-05\n---\nx",
		"pages/about.vi.md":   "---\ntitle: Giới thiệu\n---\nx",
		"pages/about.en.md":   "---\ntitle: About\n---\nx",
	})
	s := l.Snapshot()
	equal(t, "languages", s.Languages(), []blog.Lang{"vi", "en"})
	equal(t, "Vietnamese posts", slugs(s.Posts("vi")), []string{"bien", "cay"})
	equal(t, "English posts", slugs(s.Posts("en")), []string{"hill", "the-sea", "sea", "cay-en"})
	cay, _ := s.Post("cay")
	equal(t, "translations by name", slugs(s.Translations(cay)), []string{"cay-en"})
	bien, _ := s.Post("bien")
	equal(t, "translations by key", slugs(s.Translations(bien)), []string{"the-sea"})
	about, _ := s.At("/about")
	equal(t, "the page without a language in its address", about.Lang, "vi")
	equal(t, "its translation", s.Translations(about)[0].Path, "/en/about")
	english, ok := s.Page("about", "en")
	equal(t, "a page by language", []any{english.Title, ok}, []any{"About", true})
	if notes := l.Problems(); len(notes) != 1 || notes[0].Fatal || !strings.Contains(notes[0].Message, "/blog/cay-en") {
		t.Errorf("the author should be told of the other address once: %v", notes)
	}
}

func TestTwoFilesWithOneAddress(t *testing.T) {
	l := openFiles(t, map[string]string{
		"posts/b.md":            "---\ntitle: Second\nslug: same\n---\nx",
		"posts/a.md":            "---\ntitle: First\nslug: same\n---\nx",
		"posts/c.md":            "---\ntitle: C\n---\nx",
		"posts/c/index.md":      "---\ntitle: C again\n---\nx",
		"posts/old/note.md":     "---\ndate: 2020-01-01\n---\nold",
		"posts/aaa/note.md":     "---\ndate: 2026-01-01\n---\nnew",
		"posts/2020-01-01-d.md": "x", "posts/2021-01-01-d.md": "y",
	})
	s := l.Snapshot()
	same, _ := s.Post("same")
	equal(t, "who has the address", same.Title, "First")
	for _, file := range []string{"posts/b.md", "posts/c/index.md"} {
		list := problemsOf(l, file)
		if len(list) != 1 || !list[0].Fatal || !strings.Contains(list[0].Message, "has the same address as posts/") {
			t.Errorf("%s: %v", file, list)
		}
	}
	note, _ := s.Post("note")
	equal(t, "the older of two in different folders keeps its address", note.Source, "posts/old/note.md")
	for _, slug := range []string{"aaa-note", "c", "d", "d-2021-01-01"} {
		if _, ok := s.Post(slug); !ok {
			t.Errorf("there is no post %s", slug)
		}
	}
}

func TestDraftsAndTheFuture(t *testing.T) {
	texts := map[string]string{
		"posts/now.md":      "---\ndate: 2026-11-22T12:00:00Z\n---\nx",
		"posts/soon.md":     "---\ndate: 2026-11-22T12:30:00Z\n---\nx",
		"posts/draft.md":    "---\ndraft: true\n---\nx",
		"posts/jekylls.md":  "---\npublished: false\n---\nx",
		"posts/_ignored.md": "x", "posts/.hidden.md": "x", "posts/_index.md": "x", "README.md": "x", "posts/.git/x.md": "x",
	}
	dir := files(t, texts)
	now := today()
	l := open(t, Options{Dir: dir, Now: func() time.Time { return now }})
	equal(t, "shown", slugs(l.Snapshot().Posts("")), []string{"now"})
	equal(t, "shown at the desk", slugs(open(t, Options{Dir: dir, Drafts: true}).Snapshot().Posts("")), []string{"soon", "now", "draft", "jekylls"})

	before := l.Snapshot()
	now = now.Add(29 * time.Minute)
	if after, err := l.reload(t.Context()); err != nil || after != before {
		t.Errorf("nothing is due yet, but there is a new snapshot: %v", err)
	}
	now = now.Add(time.Minute)
	after, err := l.reload(t.Context())
	equal(t, "error", err, error(nil))
	equal(t, "shown when its time has come", slugs(after.Posts("")), []string{"soon", "now"})
	if after.Version() == before.Version() {
		t.Error("the version must tell")
	}
}

func TestRedirects(t *testing.T) {
	l := openFiles(t, map[string]string{
		"posts/a.md":      "---\naliases: ['/2020/01/a.html', old-a, /blog/older, 'https://old.example/x/y/', /b-page/, /blog/b]\n---\nx",
		"posts/b.md":      "---\nredirect_from: /2020/01/a.html\n---\nx",
		"posts/Đò.md":     "x",
		"pages/c.md":      "---\naliases: [/so-on/index.html]\n---\nx",
		"pages/b-page.md": "x",
	})
	s := l.Snapshot()
	for from, want := range map[string]string{
		"/2020/01/a.html": "/blog/a", "/2020/01/a.html/": "/blog/a", "/old-a": "/blog/a", "/blog/old-a": "/blog/a", "/blog/older/": "/blog/a",
		"/x/y": "/blog/a", "/so-on/": "/c", "/blog/Đò": "/blog/do", "/blog/%C4%90%C3%B2": "/blog/do", "/blog/DO": "/blog/do",
		"/b-page": "", "/blog/b": "", "/nothing": "", "/": "", "/blog/": "", "%zz": "",
	} {
		got, ok := s.Redirect(from)
		if got != want || ok != (want != "") {
			t.Errorf("%s leads to %q %v, want %q", from, got, ok, want)
		}
	}
	a, _ := s.Post("a")
	if !slices.Contains(a.Aliases, "older") || !slices.Contains(a.Aliases, "old-a") || slices.Contains(a.Aliases, "a") {
		t.Errorf("former slugs %v", a.Aliases)
	}
	if len(problemsOf(l, "posts/a.md")) != 2 || len(problemsOf(l, "posts/b.md")) != 1 {
		t.Errorf("aliases that lead elsewhere should be told: %v", l.Problems())
	}
}

func TestListings(t *testing.T) {
	l := openFiles(t, map[string]string{
		"site.yaml":    "lang: en\npage_size: 3\n",
		"posts/a.md":   "---\ndate: 2024-01-01\ncategory: News\ntags: go web\n---\nx",
		"posts/b.md":   "---\ndate: 2025-01-01\ncategory: news\ntags: 'Go, Big data'\n---\nx",
		"posts/c.md":   "---\ndate: 2025-06-01\n---\nx",
		"posts/d.md":   "x",
		"posts/v.md":   "---\ndate: 2023-01-01\nlang: vi\ntags: [go]\n---\nx",
		"pages/p.md":   "---\ntags: [go]\n---\nx",
		"about.md":     "x",
		"section/s.md": "---\ndate: 2022-01-01\n---\nx",
	})
	s := l.Snapshot()
	equal(t, "newest first", slugs(s.Posts("")), []string{"c", "b", "a", "v", "s", "d"})
	equal(t, "pages", slugs(s.Pages()), []string{"about", "p"})
	term, list := s.ByCategory("en", "news")
	equal(t, "category", []any{term, slugs(list.Cut(0, list.Len()))}, []any{blog.Term{Name: "news", Slug: "news"}, []string{"b", "a"}})
	_, list = s.ByTag("", "go")
	equal(t, "tag in all languages", slugs(list.Cut(0, list.Len())), []string{"b", "a", "v"})
	_, list = s.ByTag("vi", "go")
	equal(t, "tag in one", slugs(list.Cut(0, list.Len())), []string{"v"})
	list = s.List("")
	equal(t, "a page of all", slugs(list.Cut(1, 3)), []string{"b", "a"})
	_, list = s.ByTag("", "none")
	equal(t, "no such tag", list.Len(), 0)
	equal(t, "tags", s.Tags("en"), []TermCount{
		{blog.Term{Name: "Go", Slug: "go"}, 2}, {blog.Term{Name: "Big data", Slug: "big-data"}, 1}, {blog.Term{Name: "web", Slug: "web"}, 1},
	})
	years := []int{}
	for _, y := range s.Years("en") {
		years = append(years, y.Year, len(y.Posts))
	}
	equal(t, "years", years, []int{2025, 2, 2024, 1, 2022, 1, 0, 1})
	b, _ := s.Post("b")
	older, newer := s.Neighbours(b)
	equal(t, "neighbours", []string{older.Slug, newer.Slug}, []string{"a", "c"})
	c, _ := s.Post("c")
	if _, newer = s.Neighbours(c); newer != nil {
		t.Errorf("there is nothing after the newest: %v", newer)
	}
	v, _ := s.Post("v")
	if older, newer = s.Neighbours(v); older != nil || newer != nil {
		t.Error("neighbours are of the same language")
	}
	equal(t, "page size", s.Site().PageSize, 3)
}

func TestShapesOfFolders(t *testing.T) {
	for name, c := range map[string]struct {
		texts map[string]string
		posts []string
		pages []string
	}{
		"Hugo's root": {
			map[string]string{"hugo.toml": "x", "content/post/a.md": "x", "content/post/_index.md": "x", "archetypes/x.md": "x"}, []string{"a"}, nil,
		},
		"Hugo's root with posts": {
			map[string]string{"content/posts/a/index.md": "x", "content/about.md": "x", "themes/t/x.md": "x"}, []string{"a"}, []string{"about"},
		},
		"Jekyll": {
			map[string]string{"_posts/2020-01-02-a.markdown": "x", "_drafts/d.md": "x", "about.md": "---\n---\nx", "index.md": "---\n---\nx", "notes.md": "no matter"},
			[]string{"a"},
			[]string{"about"},
		},
		"just files": {
			map[string]string{"a.md": "x", "deep/er/b.md": "x", "c.MD": "x", "d.txt": "x", "ghi chú.md": "x", "node_modules/x/e.md": "x"}, []string{"a", "c", "b", "ghi-chu"}, nil,
		},
		"nothing": {map[string]string{}, []string{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := openFiles(t, c.texts).Snapshot()
			equal(t, "posts", slugs(s.Posts("")), c.posts)
			if c.pages == nil {
				c.pages = []string{}
			}
			equal(t, "pages", slugs(s.Pages()), c.pages)
		})
	}
}

// TestBrokenFilesAreNamed gives each kind of broken file and the line at which the author is told to look.
func TestBrokenFilesAreNamed(t *testing.T) {
	broken := map[string]struct {
		text string
		line int
		says string
	}{
		"posts/yaml.md":   {"---\ntitle: x\ntags: [a\ndate: y\n---\nx", 4, "no YAML"},
		"posts/indent.md": {"---\ntitle: a: b\n---\nx", 2, "no YAML"},
		"posts/list.md":   {"---\n- a\n- b\n---\nx", 2, "list of keys"},
		"posts/toml.md":   {"+++\ntitle = \"x\"\ndate = nonsense\n+++\nx", 3, "no TOML"},
		"posts/json.md":   {"{\n\"title\": \"x\",\n}\nx", 3, "no JSON"},
		"posts/open.md":   {"---\ntitle: x\n\ntext", 1, "no end"},
		"posts/empty.md":  {" \n\n", 0, "is empty"},
		"posts/huge.md":   {strings.Repeat("x", maxFile+1), 0, "MB"},
	}
	texts := map[string]string{"posts/good.md": "x"}
	for name, b := range broken {
		texts[name] = b.text
	}
	l := openFiles(t, texts)
	equal(t, "what is shown", slugs(l.Snapshot().Posts("")), []string{"good"})
	for name, b := range broken {
		list := problemsOf(l, name)
		if len(list) != 1 || !list[0].Fatal || list[0].Line != b.line || !strings.Contains(list[0].Message, b.says) {
			t.Errorf("%s: %v, want line %d and %q", name, list, b.line, b.says)
		}
	}
}

func TestBadValuesAreOnlyTold(t *testing.T) {
	l := openFiles(t, map[string]string{
		"posts/2024-05-06-a.md": "---\ntitle: A\nx: 1\ndate: the day after\ndraft: perhaps\nlang: klingon\nunknown: {a: [1]}\n---\nx",
		"posts/b.md":            "---\ntitle: B\ntitle: C\n---\nx",
		"posts/c.md":            "---\ntitle: C\n---\n\xff\xfe latin",
		"posts/d.md":            "---\n\n---\nx", "posts/e.md": "---\ntext below a rule\n", "posts/f.md": "{{< shortcode >}}\ntext",
		"posts/g.md": "---\ndate: 2023-01-29 18:30:22 2023 -0800\n---\nx",
	})
	lines := []int{}
	for _, p := range problemsOf(l, "posts/2024-05-06-a.md") {
		lines = append(lines, p.Line)
		if p.Fatal {
			t.Errorf("%v must not cost the post", p)
		}
	}
	equal(t, "lines", lines, []int{4, 5, 6})
	a, _ := l.Snapshot().Post("a")
	equal(t, "date of the file name instead", a.Date.Format("2006-01-02"), "2024-05-06")
	for _, slug := range []string{"c", "d", "e", "f", "g"} {
		p, ok := l.Snapshot().Post(slug)
		if !ok {
			t.Errorf("%s is not shown: %v", slug, l.Problems())
			continue
		}
		if _, err := l.Snapshot().Document(t.Context(), p); err != nil {
			t.Error(err)
		}
	}
}

func TestABadSaveKeepsTheLastGoodText(t *testing.T) {
	dir := files(t, map[string]string{"posts/a.md": "---\ntitle: Good\n---\ngood text", "site.yaml": "title: Site\n"})
	l := open(t, Options{Dir: dir})
	before := l.Snapshot()
	for _, text := range []string{"---\ntitle: [\n---\nbad", "", "---\ntitle: x\n"} {
		write(t, dir, "posts/a.md", text)
		write(t, dir, "site.yaml", "title: [")
		s := reload(t, l)
		p, ok := s.Post("a")
		doc, err := s.Document(t.Context(), p)
		if !ok || err != nil || p.Title != "Good" || !strings.Contains(doc.HTML, "good text") || s.Site().Title != "Site" {
			t.Fatalf("%q took the last good text away: %v %v %q", text, p.Title, err, doc.HTML)
		}
		equal(t, "version", s.Version(), before.Version())
		if list := problemsOf(l, "posts/a.md"); len(list) != 1 || !list[0].Fatal {
			t.Errorf("problems %v", list)
		}
		if list := problemsOf(l, "site.yaml"); len(list) != 1 || !list[0].Fatal {
			t.Errorf("problems %v", list)
		}
	}
	write(t, dir, "posts/a.md", "---\ntitle: Mended\n---\nx")
	write(t, dir, "site.yaml", "title: Other\n")
	s := reload(t, l)
	p, _ := s.Post("a")
	equal(t, "mended", []string{p.Title, s.Site().Title}, []string{"Mended", "Other"})
	equal(t, "problems", l.Problems(), []Problem(nil))
	if err := os.RemoveAll(filepath.Join(dir, "posts")); err != nil {
		t.Fatal(err)
	}
	equal(t, "posts of a folder that was emptied", slugs(reload(t, l).Posts("")), []string{})
}

func reload(t *testing.T, l *Library) *Snapshot {
	t.Helper()
	s, err := l.reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheFolderItself(t *testing.T) {
	author := markdown.NewAuthor(markdown.AuthorOptions{})
	missing := filepath.Join(t.TempDir(), "none")
	if _, err := Open(t.Context(), Options{Dir: missing, Author: author}); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("a folder that is not there: %v", err)
	}
	dir := files(t, map[string]string{"posts/a.md": "text"})
	l := open(t, Options{Dir: dir})
	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	s := reload(t, l)
	p, ok := s.Post("a")
	if doc, err := s.Document(t.Context(), p); !ok || err != nil || !strings.Contains(doc.HTML, "text") {
		t.Errorf("the blog must show what it had: %v %q", err, doc.HTML)
	}
	if list := l.Problems(); len(list) != 1 || !list[0].Fatal || list[0].File != dir {
		t.Errorf("problems %v", list)
	}
	if err := os.Rename(dir+"-away", dir); err != nil {
		t.Fatal(err)
	}
	reload(t, l)
	equal(t, "problems when it is back", len(l.Problems()), 0)
}

func TestLinksStayWithinTheFolder(t *testing.T) {
	secret := files(t, map[string]string{"secret.md": "secret", "secret.txt": "secret"})
	dir := files(t, map[string]string{"posts/a.md": "x", "media/a.txt": "a", "real/b.md": "x", "media/.hidden": "x", "media/sub/b.txt": "b"})
	for from, to := range map[string]string{
		"posts/out.md": filepath.Join(secret, "secret.md"), "posts/in.md": "../real/b.md", "posts/folder": secret, "posts/gone.md": "nothing",
		"media/out.txt": filepath.Join(secret, "secret.txt"), "media/in.txt": "a.txt",
	} {
		if err := os.Symlink(to, filepath.Join(dir, filepath.FromSlash(from))); err != nil {
			t.Fatal(err)
		}
	}
	l := open(t, Options{Dir: dir})
	s := l.Snapshot()
	equal(t, "posts", slugs(s.Posts("")), []string{"a", "in", "b"})
	if list := problemsOf(l, "posts/out.md"); len(list) != 1 || !list[0].Fatal || !strings.Contains(list[0].Message, "leads out") {
		t.Errorf("problems %v", l.Problems())
	}
	for name, want := range map[string]string{
		"a.txt": "a", "in.txt": "a", "sub/b.txt": "b", "/media/a.txt": "a", "sub/../a.txt": "a",
		"out.txt": "", "../posts/a.md": "", "../../etc/passwd": "", "": "", "sub": "", ".hidden": "", "none": "", "/": "",
	} {
		f, err := s.File(name)
		if err != nil {
			if want != "" || blog.KindOf(err) != blog.NotFound {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if string(data) != want || err != nil || want == "" {
			t.Errorf("%q is %q, want %q", name, data, want)
		}
	}
}

// failing is a file system in which some files cannot be opened.
type failing struct {
	fstest.MapFS
	errs map[string]error
}

func (f failing) Open(name string) (fs.File, error) {
	if err := f.errs[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f.MapFS.Open(name)
}

func TestFilesThatCannotBeReadOrVanish(t *testing.T) {
	embedded := failing{fstest.MapFS{
		"posts/a.md": {Data: []byte("first")}, "posts/locked.md": {Data: []byte("x")}, "posts/vanishing.md": {Data: []byte("x")}, "posts/b.md": {Data: []byte("second")},
	}, map[string]error{"posts/locked.md": fs.ErrPermission, "posts/vanishing.md": fs.ErrNotExist}}
	l := open(t, Options{FS: embedded})
	s := l.Snapshot()
	equal(t, "posts", slugs(s.Posts("")), []string{"a", "b"})
	if list := l.Problems(); len(list) != 1 || !list[0].Fatal || list[0].File != "posts/locked.md" {
		t.Errorf("a file that vanished is no problem, one that is locked is: %v", list)
	}
	a, _ := s.Post("a")
	b, _ := s.Post("b")
	if _, err := s.Document(t.Context(), a); err != nil {
		t.Error(err)
	}
	delete(embedded.MapFS, "posts/a.md")
	delete(embedded.MapFS, "posts/b.md")
	if doc, err := s.Document(t.Context(), a); err != nil || !strings.Contains(doc.HTML, "first") {
		t.Errorf("what was rendered stays: %v", err)
	}
	if _, err := s.Document(t.Context(), b); blog.KindOf(err) != blog.Unavailable {
		t.Errorf("a text that is gone: %v", err)
	}
	if _, err := s.Document(t.Context(), blog.Post{Path: "/blog/none"}); blog.KindOf(err) != blog.NotFound {
		t.Errorf("a post that never was: %v", err)
	}

	dir := files(t, map[string]string{"posts/a.md": "of a folder"})
	s = open(t, Options{Dir: dir}).Snapshot()
	if err := os.Remove(filepath.Join(dir, "posts", "a.md")); err != nil {
		t.Fatal(err)
	}
	if doc, err := s.Document(t.Context(), s.Posts("")[0]); err != nil || !strings.Contains(doc.HTML, "of a folder") {
		t.Errorf("a snapshot shows its posts though their files are gone: %v", err)
	}
}

func TestSiteSettings(t *testing.T) {
	l := openFiles(t, map[string]string{
		"site.yaml":  "title: T\ncolour: red\nlang: vi\npage_size: many\nauthor: {name: An, mail: x}\nmenu:\n  vi:\n    - {label: A, url: /a}\n    - {label: B}\n  tlh: []\ntitles: no\ntagline: [x]\n",
		"posts/a.md": "x",
	})
	site := l.Snapshot().Site()
	equal(t, "site", site, blog.Site{
		Title: "T", Lang: "vi", Author: blog.Person{Name: "An", Slug: "an"}, PageSize: defaultPageSize,
		Menu: map[blog.Lang][]blog.MenuItem{"vi": {{Label: "A", URL: "/a"}}}, Titles: map[blog.Lang]string{},
	})
	lines := []int{}
	for _, p := range problemsOf(l, "site.yaml") {
		lines = append(lines, p.Line)
	}
	equal(t, "lines with problems", lines, []int{2, 4, 5, 9, 10, 11, 12})

	none := openFiles(t, map[string]string{"vi/a.md": "x", "vi/b.md": "x", "en/c.md": "x"}).Snapshot()
	equal(t, "the language that most posts name", none.Site().Lang, "vi")
	equal(t, "languages", none.Languages(), []blog.Lang{"vi", "en"})
}

func TestCheckTellsOfTheTextsToo(t *testing.T) {
	l := openFiles(t, map[string]string{"posts/a.md": "---\ntitle: A\n---\n\n{{< nonesuch x >}}\n"})
	equal(t, "problems of the files", l.Problems(), []Problem(nil))
	list, err := l.Check(t.Context())
	if err != nil || len(list) != 1 || list[0].Line != 5 || list[0].File != "posts/a.md" {
		t.Errorf("%v %v", list, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestProblemsAreLoggedOnce(t *testing.T) {
	var out strings.Builder
	dir := files(t, map[string]string{"posts/a.md": "---\ntitle: [\n---\n"})
	l := open(t, Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&out, nil))})
	write(t, dir, "posts/b.md", "x")
	reload(t, l)
	if n := strings.Count(out.String(), "posts/a.md"); n != 1 || !strings.Contains(out.String(), "line=") {
		t.Errorf("told %d times:\n%s", n, out.String())
	}
}
