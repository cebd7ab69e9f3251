package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vang/web"
)

// TestSitemapOfManyPosts gives a site of eleven addresses maps of three each: together they are the one map.
func TestSitemapOfManyPosts(t *testing.T) {
	entry := regexp.MustCompile(`<loc>([^<]+)</loc>`)
	list := func(text string) (found []string) {
		for _, m := range entry.FindAllStringSubmatch(text, -1) {
			found = append(found, strings.TrimPrefix(m[1], "https://blog.example"))
		}
		return found
	}
	at := func(size int) *site {
		return newSite(t, func(d *web.Deps, _ *site) { d.Config.BaseURL, d.Config.SitemapPosts = "https://blog.example", size })
	}
	one, many := at(0), at(3)
	want := list(one.get(one.browser(), "/sitemap.xml").text)
	index := many.get(many.browser(), "/sitemap.xml").text
	if !strings.Contains(index, `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`) {
		t.Fatalf("no index: %s", index)
	}
	var got []string
	for _, part := range list(index) {
		r := many.get(many.browser(), part)
		entries := list(r.text)
		if r.StatusCode != http.StatusOK || len(entries) > 3 {
			t.Errorf("%s: %d, %v", part, r.StatusCode, entries)
		}
		got = append(got, entries...)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Contains(got, "/about") || !slices.Contains(got, "/") || !slices.Contains(got, "/blog/third") {
		t.Errorf("neither a page nor a post nor a home may be missing: %v", got)
	}
	if len(list(index)) != 4 || !slices.Equal(got, want) {
		t.Errorf("%v in all maps, want %v", got, want)
	}
	for _, part := range []string{"0", "5", "-1", "01", "x"} {
		if r := many.get(many.browser(), "/sitemap.xml?part="+part); r.StatusCode != http.StatusNotFound {
			t.Errorf("part %s: %d", part, r.StatusCode)
		}
	}
}
