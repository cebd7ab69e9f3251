package web_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vang/web"
)

// searchable is posts in which things can be looked for.
func searchable() map[string]string {
	files := map[string]string{
		"posts/pho.md":  "---\ntitle: Đường phố\nlang: vi\ndate: 2026-03-01\n---\n\nNhững con **đường phố** [cũ](/x) & <b>mới</b>.\n",
		"posts/code.md": "---\ntitle: Serving\ndate: 2026-03-02\ntags: [go]\n---\n\nThe package `net/http`:\n\n```go\nfoo_bar()\n```\n",
	}
	for i := range 25 {
		files[fmt.Sprintf("posts/many-%d.md", i)] = fmt.Sprintf("---\ntitle: Number %d\ndate: 2020-01-%02d\ntags: [t%d]\n---\n\nplentiful\n", i, i+1, i%2)
	}
	return files
}

func newSearchSite(t *testing.T) *site {
	t.Helper()
	return newSite(t, rewritten(false, searchable()))
}

func TestSearchFindsAndMarks(t *testing.T) {
	s := newSearchSite(t)
	for _, c := range []struct{ path, want, not string }{
		{"/vi/search?q=duong+pho", `<a href="/blog/pho"><mark>Đường phố</mark></a>`, "**"},
		{"/vi/search?q=duong+pho", `Những con <mark>đường phố</mark> cũ &amp; mới.`, "](/x)"},
		{"/search?q=net/http", `/blog/code`, "/blog/third"},
		{"/search?q=foo_bar", `<mark>foo</mark>_<mark>bar</mark>`, ""},
		{"/search?q=serving+tag:go", `<mark>Serving</mark>`, ""},
		{"/search?q=serving+-http", "Nothing was found", "<article"},
		{"/search?q=servng", `<a href="/search?q=serving">serving</a>`, "<article"},
		{"/search?q=%3Cscript%3Ealert(1)", "Nothing was found for “&lt;script&gt;alert(1)”", "<script>alert"},
		{"/search?q=about+this", `href="/about"`, ""},
		{"/search", `<form class="seek" action="/search">`, "result"},
		{"/search?q=%ff%fe", `<h1>Search</h1>`, ""},
		{"/search?q=plentiful&page=999999999999999999999", "25 results.", ""},
		{"/search?tag=t1", "12 results.", ""},
		{"/search?q=plentiful&tag=t1&tag=t0", "Nothing was found", ""},
	} {
		res := s.get(s.browser(), c.path)
		if res.StatusCode != http.StatusOK || !strings.Contains(res.text, c.want) || c.not != "" && strings.Contains(after(res.text, `id="found"`), c.not) {
			t.Errorf("%s: %d, want %q and not %q in\n%s", c.path, res.StatusCode, c.want, c.not, after(res.text, "<main"))
		}
		if res.Header.Get("X-Accel-Expires") != "" || res.Header.Get("Set-Cookie") != "" || !strings.Contains(fmt.Sprint(res.Header.Values("Vary")), "HX-Request") {
			t.Errorf("%s: %v", c.path, res.Header)
		}
	}
}

func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	return rest
}

func TestSearchIsOfTheReadersLanguageFirst(t *testing.T) {
	s := newSearchSite(t)
	own := s.get(s.browser(), "/search?q=number").text
	if !strings.Contains(own, "25 results.") || strings.Contains(own, "in another") {
		t.Errorf("got %s", after(own, "<main"))
	}
	foreign := s.get(s.browser(), "/search?q=duong+pho").text
	if !strings.Contains(foreign, "Nothing in this language") || !strings.Contains(foreign, `href="/blog/pho"`) || !strings.Contains(foreign, `lang="vi"`) {
		t.Errorf("got %s", after(foreign, "<main"))
	}
	if got := s.get(s.browser(), "/vi/search?q=khonggi").text; !strings.Contains(got, "Không tìm thấy gì") || !strings.Contains(got, `action="/vi/search"`) {
		t.Errorf("got %s", after(got, "<main"))
	}
}

func TestSearchHasPagesAndFilters(t *testing.T) {
	s := newSearchSite(t)
	first := s.get(s.browser(), "/search?q=plentiful").text
	if n := strings.Count(first, "<article"); n != 10 || !strings.Contains(first, `rel="next" href="/search?page=2&amp;q=plentiful"`) {
		t.Fatalf("%d on the first page: %s", n, after(first, "<main"))
	}
	if !strings.Contains(first, `href="/search?q=plentiful&amp;tag=t0" rel="nofollow">t0</a>`) {
		t.Errorf("no filter by tag: %s", after(first, "<main"))
	}
	last := s.get(s.browser(), "/search?q=plentiful&page=3").text
	if n := strings.Count(last, "<article"); n != 5 || strings.Contains(last, `rel="next"`) || !strings.Contains(last, `start="21"`) {
		t.Errorf("%d on the last page", n)
	}
	some := s.get(s.browser(), "/search?q=plentiful&tag=t0").text
	if !strings.Contains(some, "13 results.") || !strings.Contains(some, `<input type="hidden" name="tag" value="t0">`) || !strings.Contains(some, `href="/search?q=plentiful" aria-label`) {
		t.Errorf("got %s", after(some, "<main"))
	}
}

// TestSearchAnswersTheScriptWithResultsAlone: the same results, no page around them, and the address to show.
func TestSearchAnswersTheScriptWithResultsAlone(t *testing.T) {
	s := newSearchSite(t)
	res := s.get(s.browser(), "/search?q=serving&tag=", "HX-Request", "true")
	if strings.Contains(res.text, "<html") || !strings.HasPrefix(res.text, `<div id="found"`) || !strings.Contains(res.text, "/blog/code") {
		t.Errorf("got %s", res.text)
	}
	if got := res.Header.Get("HX-Replace-Url"); got != "/search?q=serving" {
		t.Errorf("address %q", got)
	}
	page := s.get(s.browser(), "/search?q=serving").text
	if results, _, _ := strings.Cut(res.text, `<p id="announce"`); !strings.Contains(page, results) {
		t.Error("the page has other results than the script gets")
	}
}

// TestLongQueriesMakeNoLongPages: the page repeats the query in dozens of links, so a long one made a page of half a megabyte.
func TestLongQueriesMakeNoLongPages(t *testing.T) {
	s := newSearchSite(t)
	long := strings.Repeat("đ&", 5_000)
	for _, path := range []string{
		"/search?q=plentiful+" + url.QueryEscape(long), "/search?q=plentiful" + strings.Repeat("&tag="+strings.Repeat("x", 3_000), 8),
	} {
		if res := s.get(s.browser(), path); res.StatusCode != http.StatusOK || len(res.text) > 60_000 || !strings.Contains(res.text, "plentiful") {
			t.Errorf("%.40s: %d, %d bytes", path, res.StatusCode, len(res.text))
		}
	}
}

// TestSearchFollowsTheContent: what is saved is found without a restart.
func TestSearchFollowsTheContent(t *testing.T) {
	s := newSearchSite(t)
	if got := s.get(s.browser(), "/search?q=zanzibar").text; !strings.Contains(got, "Nothing was found") {
		t.Fatal("found before it was written")
	}
	s.rewrite("posts/new.md", "---\ntitle: Fresh\ndate: 2026-04-01\n---\n\nzanzibar\n")
	if got := s.get(s.browser(), "/search?q=zanzibar").text; !strings.Contains(got, "/blog/new") {
		t.Errorf("got %s", after(got, "<main"))
	}
}

func TestBrowsersAreToldOfTheSearch(t *testing.T) {
	s := newSite(t, func(d *web.Deps, _ *site) { d.Config.BaseURL = "https://blog.example" })
	if home := s.get(s.browser(), "/vi/").text; !strings.Contains(home, `href="/vi/opensearch.xml"`) || !strings.Contains(home, `href="/vi/search"`) {
		t.Error("no way to the search from the listing")
	}
	res := s.get(s.browser(), "/vi/opensearch.xml")
	var d struct {
		ShortName string
		URL       struct {
			Template string `xml:"template,attr"`
			Type     string `xml:"type,attr"`
		} `xml:"Url"`
	}
	if err := xml.Unmarshal([]byte(res.text), &d); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(d.URL.Template)
	if err != nil || u.Query().Get("q") != "{searchTerms}" || u.Path != "/vi/search" || u.Host != "blog.example" || d.ShortName != "Sounds" || d.URL.Type != "text/html" {
		t.Errorf("%+v, %v", d, err)
	}
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/opensearchdescription+xml") {
		t.Errorf("type %q", got)
	}
}
