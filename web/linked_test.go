package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// thing is a node of a page's JSON-LD.
type thing map[string]any

// things are what a page tells machines, by type.
func (s *site) things(path string) map[string]thing {
	s.Helper()
	page := s.get(s.browser(), path).text
	_, rest, found := strings.Cut(page, `<script type="application/ld+json">`)
	if !found {
		return nil
	}
	data, _, _ := strings.Cut(rest, "</script>")
	var graph struct {
		Context string  `json:"@context"`
		Graph   []thing `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(data), &graph); err != nil || graph.Context != "https://schema.org" {
		s.Fatalf("%s: %v in %s", path, err, data)
	}
	all := map[string]thing{}
	for _, n := range graph.Graph {
		all[fmt.Sprint(n["@type"])] = n
	}
	return all
}

func TestPagesTellMachinesWhatTheyAre(t *testing.T) {
	s := newSite(t, rewritten(false, touring()))
	s.comment(s.browser(), "one", "A </script><script>alert(1)</script> remark")
	post := s.things("/blog/one")
	p := post["BlogPosting"]
	for key, want := range map[string]string{
		"headline": "Đường phố & <ngõ>", "datePublished": "2026-03-01T03:00:00Z", "dateModified": "2026-03-05T00:00:00Z", "inLanguage": "en",
		"url": "https://blog.example/blog/one", "articleSection": "Travel", "keywords": "[Hà Nội]", "commentCount": "1", "position": "1",
		"description": "Where it began",
	} {
		if got := fmt.Sprint(p[key]); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if image := fmt.Sprint(p["image"]); !strings.HasPrefix(image, "https://blog.example/") || !strings.HasSuffix(image, "/media/dot.png") {
		t.Errorf("image is %s", image)
	}
	if got := fmt.Sprint(p["comment"]); !strings.Contains(got, "remark") || !strings.Contains(got, "Comment") {
		t.Errorf("comments: %s", got)
	}
	if got := fmt.Sprint(post["BreadcrumbList"]["itemListElement"]); !strings.Contains(got, "https://blog.example/category/travel") || strings.Count(got, "ListItem") != 3 {
		t.Errorf("the way there: %s", got)
	}
	for path, kinds := range map[string]string{
		"/": "Blog WebSite", "/author/binh": "ProfilePage BreadcrumbList", "/series/grand-tour": "CreativeWorkSeries BreadcrumbList",
		"/tag/ha-noi": "CollectionPage BreadcrumbList", "/about": "WebPage",
	} {
		all := s.things(path)
		for kind := range strings.FieldsSeq(kinds) {
			if all[kind] == nil {
				t.Errorf("%s tells of no %s: %v", path, kind, all)
			}
		}
	}
}

func TestLinksToPagesShowWhatTheyAre(t *testing.T) {
	s := newSite(t, rewritten(false, touring()))
	for path, wants := range map[string][]string{
		"/blog/one": {
			`<meta property="og:type" content="article">`, `<meta property="article:published_time" content="2026-03-01T03:00:00Z">`,
			`<meta property="article:modified_time" content="2026-03-05T00:00:00Z">`, `<meta property="article:tag" content="Hà Nội">`,
			`<meta property="article:section" content="Travel">`, `<meta property="article:author" content="https://blog.example/author/binh">`,
			`<link rel="canonical" href="https://blog.example/blog/one">`, `Part 1 of 2`, `href="/series/grand-tour"`, `href="/blog/two"`,
		},
		"/": {
			`<link rel="me" href="https://social.example/@an">`, `<link rel="alternate" type="application/rss+xml" title="Sounds" href="/rss.xml">`,
		},
		"/tag/ha-noi":        {`type="application/rss+xml" title="Tag: Hà Nội · Sounds" href="/tag/ha-noi/rss.xml"`, `2 posts`},
		"/author/an":         {`Writes.`, `rel="me" href="https://social.example/@an"`},
		"/series/grand-tour": {`Part 1</p>`, `Part 2</p>`},
		"/authors":           {`href="/author/binh"`},
		"/series":            {`href="/series/grand-tour"`},
		"/archive":           {`href="/series/grand-tour"`},
	} {
		text := s.get(s.browser(), path).text
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in %s", path, want, text)
			}
		}
	}
	if text := s.get(s.browser(), "/series/grand-tour").text; strings.Index(text, "Part 1<") > strings.Index(text, "Part 2<") {
		t.Error("the parts are not in their order")
	}
}

// A summary that nobody wrote is the text's beginning: on the post's own page it would stand there twice.
func TestTheBeginningOfATextIsNotToldTwice(t *testing.T) {
	s := newSite(t)
	for path, times := range map[string]int{"/blog/second": 0, "/blog/hello": 1} {
		if got := strings.Count(s.get(s.browser(), path).text, `<p class="summary">`); got != times {
			t.Errorf("%s: %d summaries above the text, want %d", path, got, times)
		}
	}
}

func TestTheBeginningOfAnIntroductionIsNotToldTwice(t *testing.T) {
	s := newSite(t, rewritten(false, map[string]string{
		"posts/tour/_index.md": "---\ntitle: The tour\n---\n\nWhere we went.\n",
		"posts/tour/one.md":    "---\ntitle: One\ndate: 2026-03-01\n---\n\nOn.\n",
		"posts/told/_index.md": "---\ntitle: Told\nsummary: In a word\n---\n\nWhat was told.\n",
		"posts/told/two.md":    "---\ntitle: Two\ndate: 2026-03-01\n---\n\nOn.\n",
		"_index.md":            "---\ntitle: Home\n---\n\nCome in.\n",
	}))
	for path, times := range map[string]int{"/posts/tour/": 0, "/posts/told/": 1, "/": 0} {
		head, _, _ := strings.Cut(s.get(s.browser(), path).text, `<ol class="entries">`)
		_, head, _ = strings.Cut(head, `<header class="lead">`)
		if got := strings.Count(head, `<p class="summary">`); got != times || !strings.Contains(head, `class="prose"`) {
			t.Errorf("%s: %d summaries above the text, want %d: %s", path, got, times, head)
		}
	}
}
