package web_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/store"
	"vang/web"
)

// rewritten writes files over those of a site before it is wired, and reads it all anew.
func rewritten(drafts bool, files map[string]string) option {
	return func(d *web.Deps, s *site) {
		for name, text := range files {
			file := filepath.Join(s.dir, filepath.FromSlash(name))
			s.must(os.MkdirAll(filepath.Dir(file), 0o755))
			s.must(os.WriteFile(file, []byte(text), 0o644))
		}
		var err error
		s.library, err = posts.Open(s.Context(), posts.Options{
			Dir: s.dir, Now: s.clock.Now, Author: markdown.NewAuthor(markdown.AuthorOptions{}), Log: d.Log, Drafts: drafts,
		})
		s.must(err)
		var list []store.PostAddress
		for _, p := range s.library.Snapshot().Posts("") {
			list = append(list, store.PostAddress{Slug: p.Slug})
		}
		synced, err := s.store.SyncPosts(s.Context(), list)
		s.must(err)
		maps.Copy(s.ids, synced.IDs)
		d.Library, d.Config.Drafts, d.Config.BaseURL = s.library, drafts, "https://blog.example"
	}
}

// touring is posts in a series, of several authors and categories, with all that a text can refer to.
func touring() map[string]string {
	return map[string]string{
		"site.yaml": "title: Sounds\ntagline: What resounds\ndescription: A test\nlang: en\npage_size: 2\n" +
			"author: {name: An, bio: Writes., me: [\"https://social.example/@an\"]}\n",
		"posts/tour/one.md": "---\ntitle: \"Đường phố & <ngõ>\"\ndate: 2026-03-01T10:00:00+07:00\nupdated: 2026-03-05\nseries: Grand tour\npart: 1\n" +
			"categories: [Travel, Letters]\ntags: [Hà Nội]\nauthors: [Ân, Bình]\nimage: /media/dot.png\nsummary: Where it began\n---\n\n" +
			"A [page](/about), a [note](#fn:x), [elsewhere](https://example.org/?a=1&b=2).\n\n![dot](/media/dot.png)\n\n## A heading\n\n\x0b\"Quoted\" ]]> & <b>bold</b>\n",
		"posts/tour/two.md":   "---\ntitle: Second leg\ndate: 2026-03-08\nseries: Grand tour\npart: 2\ntags: [Hà Nội]\nauthors: [Bình]\n---\n\nOn.\n",
		"posts/tour/draft.md": "---\ntitle: Not yet\ndate: 2026-03-09\nseries: Grand tour\npart: 3\ntags: [Hà Nội]\ndraft: true\n---\n\nNo.\n",
	}
}

// parsed is a feed as a foreign parser reads it.
func (s *site) parsed(path string) *gofeed.Feed {
	s.Helper()
	res := s.get(s.browser(), path)
	if res.StatusCode != http.StatusOK {
		s.Fatalf("%s: %d", path, res.StatusCode)
	}
	f, err := gofeed.NewParser().ParseString(res.text)
	if err != nil {
		s.Fatalf("%s: %v\n%s", path, err, res.text)
	}
	return f
}

func TestFeedsHoldWholePostsInEveryFormat(t *testing.T) {
	s := newSite(t, rewritten(false, touring()))
	for file, kind := range map[string]string{"feed.xml": "atom", "rss.xml": "rss", "feed.json": "json"} {
		for list, titles := range map[string]string{
			"/":                   "Second leg|Đường phố & <ngõ>|Second",
			"/vi/":                "Xin chào",
			"/tag/ha-noi/":        "Second leg|Đường phố & <ngõ>",
			"/category/travel/":   "Đường phố & <ngõ>",
			"/category/letters/":  "Đường phố & <ngõ>|Second|Hello <world>",
			"/series/grand-tour/": "Second leg|Đường phố & <ngõ>",
			"/author/binh/":       "Second leg|Đường phố & <ngõ>",
			"/author/an/":         "Second",
			"/author/an-2/":       "Đường phố & <ngõ>", // Ân is someone else than An
		} {
			f := s.parsed(list + file)
			if f.FeedType != kind || f.Title == "" || !strings.HasPrefix(f.Link, "https://blog.example/") || f.FeedLink != "https://blog.example"+list+file {
				t.Errorf("%s%s: a feed %s %q of %q at %q", list, file, f.FeedType, f.Title, f.Link, f.FeedLink)
			}
			var got []string
			for _, i := range f.Items {
				got = append(got, i.Title)
			}
			if all := strings.Join(got, "|"); all != titles && !strings.HasPrefix(all, titles+"|") {
				t.Errorf("%s%s: %s", list, file, all)
			}
		}
	}
}

func TestFeedEntries(t *testing.T) {
	s := newSite(t, rewritten(false, touring()))
	for _, file := range []string{"feed.xml", "rss.xml", "feed.json"} {
		i := s.parsed("/category/travel/" + file).Items[0]
		if i.Link != "https://blog.example/blog/one" || i.GUID != i.Link || i.Description != "Where it began" {
			t.Errorf("%s: link %q, guid %q, description %q", file, i.Link, i.GUID, i.Description)
		}
		if i.PublishedParsed == nil || !i.PublishedParsed.Equal(time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: published %v", file, i.Published)
		}
		if got := strings.Join(i.Categories, "|"); got != "Travel|Letters|Hà Nội" {
			t.Errorf("%s: filed under %s", file, got)
		}
		var names []string
		for _, a := range i.Authors {
			names = append(names, a.Name)
		}
		if dc := i.DublinCoreExt; dc != nil { // of RSS, the parser takes the first alone for an author
			names = dc.Creator
		}
		if got := strings.Join(names, "|"); got != "Ân|Bình" {
			t.Errorf("%s: by %s", file, got)
		}
		for _, part := range []string{
			`<a href="https://blog.example/about">`, `<a href="https://blog.example/blog/one#fn:x">`, `href="https://example.org/?a=1&amp;b=2"`,
			`src="https://blog.example/`, `<h2 id="a-heading">A heading`, "]]&gt; &amp; <b>bold</b>",
		} {
			if !strings.Contains(i.Content, part) {
				t.Errorf("%s: %s is not in %s", file, part, i.Content)
			}
		}
		if strings.Contains(i.Content, `class="anchor"`) || strings.Contains(i.Content, `="/`) {
			t.Errorf("%s: %s", file, i.Content)
		}
	}
}

// A feed must be whole on the desk too, where the newest posts are drafts that nobody else sees.
func TestDraftsAreInNoFeedAndNoMap(t *testing.T) {
	files := map[string]string{"posts/later.md": "---\ntitle: Hidden\ndate: 2030-06-01\n---\n\nNo.\n"}
	for i := range 30 {
		files[fmt.Sprintf("posts/draft-%d.md", i)] = "---\ntitle: Hidden\ndate: 2026-06-01\ndraft: true\ncategory: Letters\n---\n\nNo.\n"
	}
	desk := newSite(t, rewritten(true, files))
	for _, path := range []string{"/feed.xml", "/rss.xml", "/feed.json", "/category/letters/feed.xml", "/sitemap.xml"} {
		text := desk.get(desk.browser(), path).text
		if strings.Contains(text, "Hidden") || strings.Contains(text, "draft-") || strings.Contains(text, "/later") || !strings.Contains(text, "/blog/second") {
			t.Errorf("%s: %s", path, text)
		}
	}
	if page := desk.get(desk.browser(), "/").text; !strings.Contains(page, "Hidden") {
		t.Error("the desk shows no drafts: this test holds nothing")
	}
}

func TestAnAuthorsOwnFileIsMeantWhereItStands(t *testing.T) {
	s := newSite(t, rewritten(false, map[string]string{
		"static/robots.txt": "User-agent: Slow\nCrawl-delay: 9\n", "static/atom.xml": "<feed/>", "static/tags/index.html": "<title>My tags</title>",
	}))
	for path, want := range map[string]string{"/robots.txt": "Crawl-delay: 9", "/atom.xml": "<feed/>", "/tags/": "My tags"} {
		if res := s.get(s.browser(), path); res.StatusCode != http.StatusOK || !strings.Contains(res.text, want) {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.text)
		}
	}
}

func TestTheMapTellsOfPicturesAndLanguages(t *testing.T) {
	s := newSite(t, rewritten(false, touring()))
	text := s.get(s.browser(), "/sitemap.xml").text
	_, one, _ := strings.Cut(text, "<loc>https://blog.example/blog/one</loc>")
	one, _, _ = strings.Cut(one, "</url>")
	if strings.Count(one, "<image:loc>https://blog.example/files/") != 1 || !strings.Contains(one, "<lastmod>2026-03-05T00:00:00Z</lastmod>") {
		t.Errorf("of a post it tells %s", one)
	}
	for _, want := range []string{`hreflang="vi" href="https://blog.example/blog/xin-chao"`, "/series/grand-tour</loc>", "/author/binh</loc>"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// Hugo has a feed for the list of all terms; here there is none, and nothing may lead to itself.
func TestFormerAddressesEnd(t *testing.T) {
	s := newSite(t, rewritten(false, touring()))
	for _, path := range []string{"/tags/index.xml", "/tags/rss.xml", "/categories/feed.xml", "/series/index.xml", "/authors/rss.xml", "/archive/index.xml"} {
		if res := s.get(s.browser(), path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, leading to %s", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

func TestFormerTermsAsHugoSpellsThem(t *testing.T) {
	s := newSite(t, rewritten(false, map[string]string{
		"posts/spelt.md": "---\ntitle: Spelt\ndate: 2026-03-01\ntags: [CI/CD, R&D, C, C++]\n---\n\nOn.\n",
	}))
	for path, want := range map[string]string{
		"/tags/ci/cd/": "/tag/ci-cd", "/tags/rd/": "/tag/" + blog.Slug("R&D"), "/tags/c++/": "/tag/c-plus-plus", "/tags/c/": "/tag/c", "/tags/ci/cd/index.xml": "/tag/ci-cd/rss.xml",
	} {
		if res := s.get(s.browser(), path); res.StatusCode != http.StatusMovedPermanently || !strings.HasSuffix(res.Header.Get("Location"), want) {
			t.Errorf("%s: %d %q, want %s", path, res.StatusCode, res.Header.Get("Location"), want)
		}
	}
}
