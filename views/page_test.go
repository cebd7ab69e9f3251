package views

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"vang/blog"
)

// pages are the samples that are whole documents.
func pages(t *testing.T, lang blog.Lang) map[string]*html.Node {
	all := map[string]*html.Node{}
	for name, c := range samples(lang) {
		if strings.HasPrefix(render(t, c), "<!doctype html>") {
			all[name] = parse(t, c)
		}
	}
	if len(all) < 10 {
		t.Fatalf("%d pages among the samples", len(all))
	}
	return all
}

func named(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == name }
}

func TestEveryPageHasItsLandmarks(t *testing.T) {
	for name, page := range pages(t, blog.Vietnamese) {
		for _, element := range []string{"html", "title", "main", "h1"} {
			if got := len(find(page, named(element))); got != 1 {
				t.Errorf("%s: %d %s elements", name, got, element)
			}
		}
		if lang, _ := attr(find(page, named("html"))[0], "lang"); lang != blog.Vietnamese {
			t.Errorf("%s: lang is %q", name, lang)
		}
		skip := find(page, func(n *html.Node) bool { c, _ := attr(n, "class"); return c == "skip" })
		if to, _ := attr(skip[0], "href"); to != "#main" || find(page, named("a"))[0] != skip[0] {
			t.Errorf("%s: the first link does not lead to the content", name)
		}
		if polite := find(page, func(n *html.Node) bool { v, _ := attr(n, "aria-live"); return v == "polite" }); len(polite) != 1 {
			t.Errorf("%s: %d polite regions", name, len(polite))
		}
	}
}

func TestHeadingsNeverSkipALevel(t *testing.T) {
	for name, page := range pages(t, blog.English) {
		last := 0
		for _, h := range find(page, func(n *html.Node) bool {
			return len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
		}) {
			level := int(h.Data[1] - '0')
			if level > last+1 {
				t.Errorf("%s: %s %q after a heading of level %d", name, h.Data, text(h), last)
			}
			last = level
		}
	}
}

func TestIDsAreUniqueAndFieldsHaveLabels(t *testing.T) {
	for name, page := range pages(t, blog.English) {
		ids := map[string]bool{}
		for _, n := range find(page, func(*html.Node) bool { return true }) {
			if id, ok := attr(n, "id"); ok {
				if ids[id] || id == "" {
					t.Errorf("%s: id %q twice, or empty", name, id)
				}
				ids[id] = true
			}
		}
		for _, n := range find(page, named("label")) {
			if id, _ := attr(n, "for"); !ids[id] {
				t.Errorf("%s: a label for %q, which is not there", name, id)
			}
		}
		for _, n := range find(page, func(*html.Node) bool { return true }) {
			by, _ := attr(n, "aria-describedby")
			for id := range strings.FieldsSeq(by) {
				if !ids[id] {
					t.Errorf("%s: described by %q, which is not there", name, id)
				}
			}
		}
	}
}

// The content security policy forbids inline script and style, and eval; htmx would eval what these attributes hold.
func TestNothingInlineAndNothingEvaluated(t *testing.T) {
	for name, c := range samples(blog.English) {
		for _, n := range find(parse(t, c), func(*html.Node) bool { return true }) {
			kind, _ := attr(n, "type") // data for machines is no script, whatever its element is called
			if n.Data == "style" || (n.Data == "script" && n.FirstChild != nil && kind != "application/ld+json") {
				t.Errorf("%s: inline %s", name, n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case a.Key == "style", strings.HasPrefix(a.Key, "on"), strings.HasPrefix(a.Key, "hx-"), strings.HasPrefix(a.Key, "data-hx-on"),
					strings.HasPrefix(a.Key, "data-hx-") && (strings.HasPrefix(a.Val, "js:") || strings.Contains(a.Val, "[")):
					t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestTextInAnotherLanguageSaysSo(t *testing.T) {
	f := sampleFrame(blog.English)
	post := samplePost(blog.Vietnamese)
	page := parse(t, Article(PostPage{Frame: f, Post: post, Document: blog.Document{HTML: "<p>x</p>"}}))
	article := find(page, named("article"))[0]
	if lang, _ := attr(article, "lang"); lang != blog.Vietnamese {
		t.Errorf("the article's lang is %q", lang)
	}
	meta := find(article, func(n *html.Node) bool { c, _ := attr(n, "class"); return c == "meta" })[0]
	if lang, _ := attr(meta, "lang"); lang != blog.English {
		t.Errorf("the words about the article are in %q", lang)
	}
	listing := parse(t, Home(Listing{Frame: f, Entries: []Entry{{Post: post}}}))
	if lang, _ := attr(find(listing, named("article"))[0], "lang"); lang != blog.Vietnamese {
		t.Errorf("the entry's lang is %q", lang)
	}
}

func TestNamesAndTitlesCannotBecomeMarkup(t *testing.T) {
	const evil = `"><img src=x onerror=alert(1)><b data-hx-get="/x">`
	f := sampleFrame(blog.English)
	f.Title, f.Description, f.Site = evil, evil, evil
	post := samplePost(blog.English)
	post.Title, post.Summary, post.Authors = evil, evil, []blog.Person{{Name: evil, URL: "javascript:alert(1)"}}
	d := sampleDiscussion(blog.English)
	c := sampleComment("evil", "1", blog.Published)
	c.Name, c.URL = evil, "javascript:alert(1)"
	d.Comments = []Comment{c}
	d.Form.Name, d.Form.Parent, d.Form.Body, d.Form.Key = evil, evil, "</textarea>"+evil, evil
	f.Linked = map[string]string{"name": "</script>" + evil + "<!--<script>"}
	person := blog.Person{Name: evil, Bio: evil, URL: "javascript:alert(1)", Me: []string{"javascript:alert(2)"}}
	page := parse(t, Article(PostPage{
		Frame: f, Post: post, Discussion: &d, Authors: []Author{{Person: person, Page: "javascript:alert(3)"}}, Related: []blog.Post{post},
		Series: &SeriesPart{Term: blog.Term{Name: evil}, URL: "javascript:alert(4)", Parts: []blog.Post{post}},
	}))
	for _, n := range find(page, func(*html.Node) bool { return true }) {
		href, _ := attr(n, "href")
		if n.Data == "img" || n.Data == "b" || strings.HasPrefix(href, "javascript:") {
			t.Errorf("<%s href=%q> came from a name", n.Data, href)
		}
	}
	area := find(page, named("textarea"))[0]
	if got := text(area); !strings.HasPrefix(got, "</textarea>") {
		t.Errorf("the text came back as %q", got)
	}
}

func TestTheDeskIsOnItsOwnPagesAlone(t *testing.T) {
	f := sampleFrame(blog.English)
	f.Desk = &Desk{
		Cursor: "x.3", Live: "/live", File: "posts/<b>.md", Style: "/static/desk.css", Script: "/static/desk.js",
		Faults:  []DeskNote{{File: "posts/a.md", Line: 3, Message: "is <no> YAML", Excerpt: []DeskLine{{2, "title: <x>", false}, {3, "tags: [", true}}}},
		Remarks: []DeskNote{{File: "posts/b.md", Message: "has no title"}}, More: 2,
	}
	d := sampleDiscussion(blog.English)
	for name, tt := range map[string]struct {
		page    templ.Component
		desks   int
		sockets string
	}{
		"article":        {Article(PostPage{Frame: f, Post: samplePost(blog.English), Discussion: &d}), 1, d.Live},
		"home":           {Home(Listing{Frame: f}), 1, ""},
		"home of others": {Home(Listing{Frame: sampleFrame(blog.English)}), 0, ""},
	} {
		page := parse(t, tt.page)
		desks := find(page, func(n *html.Node) bool { id, _ := attr(n, "id"); return id == "desk" })
		scripts := find(page, func(n *html.Node) bool { src, _ := attr(n, "src"); return src == "/static/desk.js" })
		if len(desks) != tt.desks || len(scripts) != tt.desks {
			t.Errorf("%s: %d desks and %d of its scripts, want %d", name, len(desks), len(scripts), tt.desks)
		}
		var sockets []string
		for _, n := range find(page, func(n *html.Node) bool { _, ok := attr(n, "data-hx-ws:connect"); return ok }) {
			to, _ := attr(n, "data-hx-ws:connect")
			sockets = append(sockets, to)
		}
		if got := strings.Join(sockets, " "); got != tt.sockets {
			t.Errorf("%s: sockets of readers %q, want %q", name, got, tt.sockets)
		}
		if len(desks) == 1 {
			said := text(desks[0])
			for _, want := range []string{"posts/a.md:3", "is <no> YAML", "title: <x>", "posts/b.md", "has no title", "3 remarks", "posts/<b>.md"} {
				if !strings.Contains(said, want) {
					t.Errorf("%s: the desk does not say %q: %s", name, want, said)
				}
			}
		}
	}
}
