package posts

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vang/blog"
)

// site opens one of the small sites of other tools.
func site(t *testing.T, name string, o Options) *Library {
	t.Helper()
	o.Dir = filepath.Join("testdata", "sites", filepath.FromSlash(name))
	return open(t, o)
}

// addresses are the files of a snapshot and where they are shown.
func addresses(s *Snapshot) map[string]string {
	m := map[string]string{}
	for file, it := range s.byFile {
		m[file] = it.post.Path
	}
	return m
}

// TestHugoAgrees has Hugo say where it puts each file of the sites that are written for it.
func TestHugoAgrees(t *testing.T) {
	hugo, err := exec.LookPath("hugo")
	if err != nil {
		t.Skip("hugo is not installed: its addresses are NOT compared with ours")
	}
	for _, name := range []string{"hugo", "hugo-folders", "hugo-names"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "sites", name))); err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(t.Context(), hugo, "--quiet", "--destination", "out")
			run.Dir = dir
			if out, err := run.CombinedOutput(); err != nil {
				t.Fatalf("hugo: %v\n%s", err, out)
			}
			l := site(t, name, Options{})
			ours := addresses(l.Snapshot())
			compared := 0
			for file, want := range builtByHugo(t, filepath.Join(dir, "out"), l.settings.prefix) {
				for _, in := range []string{file, "english/" + file, "french/" + file} {
					if got, ok := ours[in]; ok && (in == file || strings.HasPrefix(want, languageFolder(in))) {
						compared++
						if got != want {
							t.Errorf("%s is at %s, and with Hugo at %s", in, got, want)
						}
						delete(ours, in)
					}
				}
			}
			if compared < 5 || len(ours) > 0 {
				t.Errorf("compared %d; Hugo does not show %v", compared, ours)
			}
		})
	}
}

func languageFolder(file string) string {
	if strings.HasPrefix(file, "french/") {
		return "/fr/"
	}
	return "/en/"
}

// builtByHugo reads what the layouts of the sites print: a file and its address, below the site's own.
func builtByHugo(t *testing.T, dir, prefix string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
			if file, at, ok := strings.Cut(html.UnescapeString(lines.Text()), "|"); ok && file != "" {
				if file == "posts/one.md" && strings.HasPrefix(at, "/fr/") {
					file = "french/" + file
				}
				found[file] = strings.TrimPrefix(at, prefix)
			}
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("Hugo built nothing: %v", err)
	}
	return found
}

func TestHugoSite(t *testing.T) {
	l := site(t, "hugo", Options{})
	s := l.Snapshot()
	equal(t, "addresses", addresses(s), map[string]string{
		"_index.md": "/", "bai/_index.md": "/bai/", "sub/deep/_index.md": "/sub/deep/",
		"bai/2024-02-03-co-ngay.md": "/bai/2024-02-03-co-ngay/", "bai/Sub Dir/x, (y)!.md": "/bai/sub-dir/x-y/", "bai/co-ngay.en.md": "/en/bai/co-ngay/",
		"bai/goi/index.md": "/rieng/goi.html", "bai/slug.md": "/bai/my-own-slug/", "bai/url.en.md": "/own/address/", "bai/url.md": "/rieng/",
		"bai/Đường phố C++.md": "/bai/%C4%91%C6%B0%E1%BB%9Dng-ph%E1%BB%91-c++/", "days/fn.md": "/64/march/monday/days/sl/", "docs/guide.md": "/docs/guide/",
		"gioi-thieu/index.md": "/gioi-thieu/", "layout/fn.md": "/24/3/4/hello-there/", "note/one.md": "/2024/03/04/its-a-note-100-%C4%91%E1%BA%B9p/",
		"page.md": "/page/", "slugs/one.md": "/s/hello-world/", "slugs/two.md": "/s/own-one/", "sub/deep/File Name.md": "/sub/deep/file-name/",
		"sub/plain/bundle/index.md": "/sub/bundle/",
	})
	got := s.Site()
	equal(t, "site", []any{got.Title, got.Tagline, got.Description, got.Lang, got.PageSize, got.Author.Name, got.Titles["en"], got.Me}, []any{
		"Phố", "Chậm mà vui", "Chuyện ngoài phố", "vi", 7, "An", "Street", []string{"https://social.example/@an"},
	})
	equal(t, "menu", got.Menu["vi"], []blog.MenuItem{{Label: "Bài", URL: "/bai"}, {Label: "Giới thiệu", URL: "/gioi-thieu/"}})
	street, _ := s.At("/bai/đường-phố-c++/")
	equal(t, "a date without a zone is of the site's own", street.Date.Format("2006-01-02T15:04:05-07:00"), "2024-05-06T07:08:09+07:00")
	equal(t, "what the folder hands down", street.Authors, []blog.Person{{Name: "Bình", Slug: "binh"}})
	dated, _ := s.At("/bai/2024-02-03-co-ngay/")
	equal(t, "a tag of several words", dated.Tags, []blog.Term{{Name: "một từ", Slug: "mot-tu"}})
	guide, _ := s.At("/docs/guide/")
	page, _ := s.At("/page/")
	equal(t, "pages: without a date outside of the main sections, and at the top", []bool{guide.Page, page.Page, dated.Page}, []bool{true, true, false})
	for from, want := range map[string]string{
		"/2020/cu.html": street.Path, "/bai/cu/": street.Path, "/cu": street.Path, "/notes/bai/": "/bai/", "/notes/own/address/": "/own/address/",
		"/own/address": "/own/address/", "/rieng/goi": "/rieng/goi.html", "/page/index.html": "/page/", "/bai/nua/": "", "/bai/an/": "",
	} {
		if to, _ := s.Redirect(from); to != want {
			t.Errorf("%s leads to %q, want %q", from, to, want)
		}
	}
	index, _ := s.Index("vi", "bai")
	doc, err := s.Document(t.Context(), index)
	equal(t, "text of a section", []any{index.Title, doc.HTML, err}, []any{"Bài viết", "<p>Mọi bài.</p>\n", nil})
	lang, section, ok := s.SectionAt("/bai/")
	equal(t, "section at an address", []any{lang, section, ok}, []any{"vi", "bai", true})
	equal(t, "problems", l.Problems(), []Problem(nil))
}

func TestHugoSitesOwnWordsForTagsAndCategories(t *testing.T) {
	l := openFiles(t, map[string]string{
		"hugo.toml":          "title = 'T'\n[taxonomies]\ntag = 'schlagworte'\ncategory = 'Rubriken'\n",
		"content/posts/a.md": "---\ntitle: A\ndate: 2024-03-04\nschlagworte: [eins, zwei drei]\nRubriken: Reisen\n---\nx",
		"content/posts/b.md": "---\ntitle: B\ndate: 2024-03-03\ntags: [vier]\n---\nx",
	})
	list := l.Snapshot().Posts("")
	equal(t, "tags", [][]string{namesOf(list[0].Tags), namesOf(list[1].Tags)}, [][]string{{"eins", "zwei drei"}, {"vier"}})
	equal(t, "categories", []any{namesOf(list[0].Categories), list[0].Category.Name}, []any{[]string{"Reisen"}, "Reisen"})
}

func TestHugoSiteInFolders(t *testing.T) {
	for _, dir := range []string{"hugo-folders", "hugo-folders/content"} {
		s := site(t, dir, Options{}).Snapshot()
		equal(t, dir, addresses(s), map[string]string{
			"english/posts/one.md": "/en/posts/one.html", "french/posts/one.md": "/fr/posts/one.html", "english/posts/bundle/index.md": "/en/posts/bundle.html",
			"english/notes/Quick One.md": "/en/n/quick-one.html", "english/about.md": "/en/about.html",
		})
		equal(t, "languages", s.Languages(), []blog.Lang{"en", "fr"})
		equal(t, "author, menu", []any{s.Site().Author.Name, s.Site().Menu["fr"]}, []any{"Anne", []blog.MenuItem{{Label: "Articles", URL: "/posts/"}}})
		one, _ := s.At("/en/posts/one.html")
		equal(t, "translations", []string{s.Translations(one)[0].Path}, []string{"/fr/posts/one.html"})
	}
}

func TestJekyllSite(t *testing.T) {
	l := site(t, "jekyll", Options{})
	s := l.Snapshot()
	equal(t, "addresses", addresses(s), map[string]string{
		"_posts/2024-05-06-Đường phố_1.md": "/h%C3%A0/n%E1%BB%99i/2024/05/%C4%90%C6%B0%E1%BB%9Dng-ph%E1%BB%91_1.html",
		"_posts/2024-05-07-hello.markdown": "/news/2024/05/hello.html", "_posts/2020/2020-01-02-old.md": "/2020/01/old.html",
		"_posts/2024-05-08-own.md": "/own/2024/own/", "foo/_posts/2024-05-09-below.md": "/foo/bar/2024/05/below.html",
		"_mon/pho-bo.md": "/mon/pho-bo/", "ve.md": "/ve/", "about.md": "/about.html",
	})
	got := s.Site()
	equal(t, "site", []any{got.Title, got.Tagline, got.Lang, got.PageSize, got.Author.Name, got.Author.Bio, got.Menu["vi"]}, []any{
		"Một góc", "nhỏ", "vi", 5, "Chi", "Người viết", []blog.MenuItem{{Label: "Về", URL: "/ve/"}},
	})
	old, _ := s.At("/2020/01/old.html")
	equal(t, "defaults of the scope", []any{old.Authors, old.Tags, old.Comments}, []any{
		[]blog.Person{{Name: "Lan Nguyễn", Slug: "lan", Bio: "Thích đi bộ", Picture: "/assets/lan.png"}}, []blog.Term{{Name: "xưa", Slug: "xua"}}, false,
	})
	hello, _ := s.At("/news/2024/05/hello.html")
	below, _ := s.At("/foo/bar/2024/05/below.html")
	equal(t, "the post goes before the defaults", []any{hello.Comments, below.Authors[0].Name}, []any{true, "Chi"})
	equal(t, "categories of the folder", below.Categories, []blog.Term{{Name: "foo", Slug: "foo"}, {Name: "bar", Slug: "bar"}})
	street, _ := s.Post("duong-pho_1")
	equal(t, "tags between spaces", street.Tags, []blog.Term{{Name: "cây", Slug: "cay"}, {Name: "xanh", Slug: "xanh"}})
	for from, want := range map[string]string{
		"/2012/cu/": street.Path, "/2012/cu": street.Path, "/old.html": street.Path, "/goc/about.html": "/about.html", "/about": "/about.html", "/about/": "/about.html",
		"/moved": "/about.html", "/archive.html": "/archive", "/mon/pho-bo": "/mon/pho-bo/",
	} {
		if to, _ := s.Redirect(from); to != want {
			t.Errorf("%s leads to %q, want %q", from, to, want)
		}
	}
	if to, _, _ := s.Link(hello.Source, "2024-05-06-Đường phố_1"); to != street.Path {
		t.Errorf("post_url leads to %q", to)
	}
	equal(t, "problems", l.Problems(), []Problem(nil))
	desk := site(t, "jekyll", Options{Drafts: true}).Snapshot()
	for _, slug := range []string{"later", "hidden"} {
		if p, ok := desk.Post(slug); !ok || !p.Draft {
			t.Errorf("%s should be a draft at the desk", slug)
		}
	}
	posts := site(t, "jekyll/_posts", Options{}).Snapshot()
	equal(t, "the folder of posts alone", addresses(posts)["2024-05-07-hello.markdown"], "/news/2024/05/hello.html")
}

func TestZolaSite(t *testing.T) {
	for _, dir := range []string{"zola", "zola/content"} {
		l := site(t, dir, Options{})
		s := l.Snapshot()
		equal(t, "addresses", addresses(s), map[string]string{
			"_index.md": "/", "blog/_index.md": "/blog/", "blog/2024-05-06-Hello_World.md": "/blog/hello-world/", "blog/hello.vi.md": "/vi/blog/hello/",
			"blog/trip/index.md": "/blog/the-trip/", "blog/own.md": "/2019/03/04/Own/", "about.md": "/about/",
		})
		hello, _ := s.At("/blog/hello-world/")
		equal(t, "post", []any{hello.Date.Format("2006-01-02"), hello.Series.Name, slugs(s.Pages()), hello.Tags}, []any{
			"2024-05-06", "Start", []string{"about"}, []blog.Term{{Name: "Rust", Slug: "rust"}, {Name: "web dev", Slug: "web-dev"}},
		})
		own, _ := s.At("/2019/03/04/Own/")
		equal(t, "date of the address", own.Date.Format("2006-01-02"), "2019-03-04")
		to, _ := s.Redirect("/2019/old.html")
		equal(t, "alias", to, "/2019/03/04/Own/")
		link, _, _ := s.Link(own.Source, "@/blog/trip/index.md#day")
		equal(t, "link", link, "/blog/the-trip/#day")
		equal(t, "site", []any{s.Site().Title, s.Site().Author.Name, s.Site().Titles["vi"], s.Site().Menu["en"]}, []any{
			"Zola", "Dũng", "Tiếng Việt", []blog.MenuItem{{Label: "About", URL: "/about/"}},
		})
		vi, _ := s.At("/vi/blog/hello/")
		equal(t, "author of the taxonomies", vi.Authors, []blog.Person{{Name: "Em", Slug: "em"}})
	}
}

// TestPatterns expands what permalinks may hold.
func TestPatterns(t *testing.T) {
	text := "---\ntitle: A Day Out\ndate: 2024-03-04T05:06:07Z\ncategories: [Big Trips, x]\n---\nx"
	for _, c := range []struct{ settings, file, pattern, want string }{
		{"_config.yml", "_posts/2024-03-04-The_Day.md", "pretty", "/big%20trips/x/2024/03/04/The_Day/"},
		{"_config.yml", "_posts/2024-03-04-The_Day.md", "ordinal", "/big%20trips/x/2024/064/The_Day.html"},
		{"_config.yml", "_posts/2024-03-04-The_Day.md", "none", "/big%20trips/x/The_Day.html"},
		{"_config.yml", "_posts/2024-03-04-The_Day.md", "weekdate", "/big%20trips/x/2024/W10/Mon/The_Day.html"},
		{"_config.yml", "_posts/2024-03-04-The_Day.md", "/:slugified_categories/:short_year/:i_month/:i_day/:slug", "/big-trips/x/24/3/4/the-day"},
		{"_config.yml", "_posts/2024-03-04-The_Day.md", "/:short_month-:long_day/:hour:minute:second/:w_day/:y_day/", "/Mar-Monday/050607/1/064/"},
		{"hugo.toml", "content/a/b/c.md", "/:sections[last]/:slug/", "/a/a-day-out/"},
		{"hugo.toml", "content/a/b/c.md", "/:sections[1:]/:filename", "/c/"},
		{"hugo.toml", "content/a/b/c.md", "/:contentbasename.html", "/c.html"},
		{"hugo.toml", "content/a/b/c.md", "/:nonsense/:filename", "/a/b/c/"},
		{"site.yaml", "posts/c d.md", "/:year/:month/:slug/", "/2024/03/c-d/"},
		{"site.yaml", "posts/c.md", "/:categories/:title.html", "/big-trips/x/c.html"},
	} {
		settings := map[string]string{
			"_config.yml": "permalink: '%s'\n", "hugo.toml": "[permalinks]\na = '%s'\n", "site.yaml": "permalinks: '%s'\n",
		}[c.settings]
		l := openFiles(t, map[string]string{c.settings: fmt.Sprintf(settings, c.pattern), c.file: text})
		if got := l.Snapshot().Posts("")[0].Path; got != c.want {
			t.Errorf("%s in %s is %s, want %s", c.pattern, c.settings, got, c.want)
		}
		if told := len(l.Problems()) > 0; told != strings.Contains(c.pattern, "nonsense") {
			t.Errorf("%s: %v", c.pattern, l.Problems())
		}
	}
}

func TestExpiryAndPublishAtTheirMinute(t *testing.T) {
	now := today()
	l := open(t, Options{Now: func() time.Time { return now }, Dir: files(t, map[string]string{
		"posts/goes.md":  "---\ndate: 2024-01-01\nexpiryDate: 2026-11-22T12:10:00Z\n---\nx",
		"posts/comes.md": "---\ndate: 2024-01-01\npublishDate: 2026-11-22T12:20:00Z\n---\nx",
		"posts/early.md": "---\ndate: 2027-01-01\npublishDate: 2024-01-01\n---\nx",
	})})
	shown := func(after time.Duration) []string {
		now = today().Add(after)
		return slugs(reload(t, l).Posts(""))
	}
	equal(t, "now", shown(0), []string{"early", "goes"})
	equal(t, "a minute before", shown(9*time.Minute), []string{"early", "goes"})
	equal(t, "one has gone", shown(10*time.Minute), []string{"early"})
	equal(t, "one has come", shown(20*time.Minute), []string{"early", "comes"})
	desk := open(t, Options{Dir: l.options.Dir, Drafts: true, Now: func() time.Time { return today().Add(15 * time.Minute) }}).Snapshot()
	goes, _ := desk.Post("goes")
	comes, _ := desk.Post("comes")
	equal(t, "marks at the desk", []bool{goes.Expired, goes.Future, comes.Expired, comes.Future}, []bool{true, false, false, true})
}

func TestSlipsOfTheKey(t *testing.T) {
	l := openFiles(t, map[string]string{
		"posts/a.md": "---\ntitle: A\ntgas: [x]\nsumary: y\nteam: z\n---\nx", "posts/b.md": "---\ndescripton: often\n---\nx",
		"posts/c.md": "---\ndescripton: often\n---\nx", "posts/d.md": "---\ndescripton: often\n---\nx",
	})
	got := []string{}
	for _, p := range l.Problems() {
		got = append(got, p.String())
	}
	equal(t, "told", got, []string{
		`posts/a.md:3: the key "tgas" has no meaning here: is it tags that you mean?`,
		`posts/a.md:4: the key "sumary" has no meaning here: is it summary that you mean?`,
	})
	a, _ := l.Snapshot().Post("a")
	equal(t, "unknown keys are kept", a.Params, map[string]any{"tgas": []any{"x"}, "sumary": "y", "team": "z"})
}

func TestRedirectsInSettings(t *testing.T) {
	l := openFiles(t, map[string]string{
		"site.yaml":  "redirects:\n  /one: /two\n  /two/: /blog/a\n  /round: /about\n  /about: /round\n  /blog/a: /elsewhere\n  /out: https://out.example/x\n  bad: /x\n",
		"posts/a.md": "x", "posts/gone.md": "---\nredirect_to: /one\n---\nx",
	})
	s := l.Snapshot()
	for from, want := range map[string]string{
		"/one": "/blog/a", "/one/": "/blog/a", "/two": "/blog/a", "/round": "", "/about": "", "/blog/a": "", "/out": "https://out.example/x", "/gone": "", "/blog/gone": "/blog/a",
	} {
		if to, _ := s.Redirect(from); to != want {
			t.Errorf("%s leads to %q, want %q", from, to, want)
		}
	}
	lines := []int{}
	for _, p := range l.Problems() {
		lines = append(lines, p.Line)
	}
	slices.Sort(lines)
	equal(t, "lines with problems", lines, []int{4, 6, 8})
}

func TestSeriesAuthorsSections(t *testing.T) {
	l := openFiles(t, map[string]string{
		"site.yaml": "lang: en\nauthors:\n  an: {name: Nguyễn An, bio: Writes, picture: /media/an.jpg, me: [https://a.example]}\n", "media/an.jpg": "x",
		"posts/go/two.md":  "---\ndate: 2024-01-01\nseries: Learn Go\npart: 2\nauthor: an\n---\nx",
		"posts/go/one.md":  "---\ndate: 2025-01-01\nseries: [Learn Go]\nseries_order: 1\nauthor: Nguyễn An\n---\nx",
		"posts/go/last.md": "---\ndate: 2023-01-01\nseries: {name: learn go}\nauthors: [Bo, an]\n---\nx", "posts/go/_index.md": "---\ntitle: All of Go\n---\nx",
	})
	s := l.Snapshot()
	term, list := s.BySeries("", "learn-go")
	equal(t, "parts in order", []any{term.Slug, slugs(list.Cut(0, list.Len()))}, []any{"learn-go", []string{"one", "two", "last"}})
	equal(t, "series", s.SeriesList("en")[0].Posts, 3)
	an, list := s.ByAuthor("en", "an")
	equal(t, "author", []any{an, list.Len()}, []any{blog.Person{Name: "Nguyễn An", Slug: "an", Bio: "Writes", Picture: "/media/an.jpg", Me: []string{"https://a.example"}}, 3})
	equal(t, "authors", []string{s.Authors()[0].Slug, s.Authors()[1].Slug}, []string{"an", "bo"})
	namesakes := openFiles(t, map[string]string{
		"posts/a.md": "---\nauthor: An\n---\nx", "posts/b.md": "---\nauthor: Ân\n---\nx", "posts/c.md": "---\nauthor: An\n---\nx",
	}).Snapshot()
	people := map[string]string{}
	for _, a := range namesakes.Authors() {
		people[a.Name] = a.Slug
	}
	equal(t, "names that differ in their marks", people, map[string]string{"An": "an", "Ân": "an-2"})
	equal(t, "sections", s.Sections("en"), []Section{{Path: "posts/go", Title: "All of Go", Posts: 3, Index: true}})
}
