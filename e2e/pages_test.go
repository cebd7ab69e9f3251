package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// language is where one language's kinds of pages are in the embedded content.
type language struct {
	code                      string
	home, archive, tag, about string
	post, long, essay, tables string // slugs; essay is the one full of code
}

func languages() []language {
	return []language{
		{
			code: "en", home: "/en/", archive: "/en/archive", tag: "/en/tag/vang", about: "/about",
			post: "what-vang-is", long: "how-a-comment-travels", essay: "writing-in-markdown", tables: "exactly-once",
		},
		{
			code: "vi", home: "/", archive: "/archive", tag: "/tag/vang", about: "/gioi-thieu",
			post: "vang-la-gi", long: "duong-di-cua-mot-binh-luan", essay: "viet-bang-markdown", tables: "dung-mot-lan",
		},
	}
}

// view is one kind of page and how a reader comes to it.
type view struct {
	name string
	open func(p *browser.Tab)
}

// furnished is a site with discussions as they look in life: threads, replies, a trace, links, code.
func furnished(t *testing.T) *site.Server {
	t.Helper()
	s := site.Start(t)
	for _, l := range languages() {
		furnish(t, s, l)
	}
	return s
}

func furnish(t *testing.T, s *site.Server, l language) {
	t.Helper()
	client := site.NewClient(s.URL)
	names := []string{"Đặng Thị Ân", "Bình", "Chloé Dupont", "d'Artagnan", "Ê", "😀 Smiley"}
	bodies := []string{
		"Một đoạn văn *nghiêng*, **đậm** và `mã`. Đường phố Hà Nội nghiêng nghiêng, thuở ấy.\n\n> Một câu trích.\n\nA [link](https://example.org/a/rather/long/path).",
		"```go\nfunc main() {\n\tfmt.Println(\"a line of code that is too long for a narrow screen, so that it must scroll inside itself\")\n}\n```",
		"1. One\n2. Two\n\n- three\n- four",
		"Averyveryveryveryveryveryveryveryveryveryveryveryverylongwordwithoutanyspacewhatsoeverwhichmustbreaksomewhere",
		"Short.",
	}
	post := func(slug, parent string, i int) site.Comment {
		author := site.Author{Name: names[i%len(names)]}
		if i%3 == 0 {
			author.URL = "https://example.org/"
		}
		return client.Post(t, site.Draft{Post: slug, ParentID: parent, Body: fmt.Sprintf("%s\n\n(%d)", bodies[i%len(bodies)], i), Author: author})
	}
	parent, erased := "", ""
	for i := range 14 { // one deep thread, then roots
		c := post(l.post, parent, i)
		if i < 10 {
			parent = c.ID
		} else {
			parent = ""
		}
		if i == 1 {
			erased = c.ID
		}
	}
	client.Send(t, "DELETE", "/api/comments/"+erased, nil, map[string][]string{"If-Match": {"*"}})
	for i := range 75 {
		c := post(l.long, "", i)
		if i%10 == 0 {
			post(l.long, c.ID, i+1)
		}
	}
}

// views are all kinds of pages of a language. Those that change a comment make one of their own.
func (l language) views(s *site.Server) []view {
	at := func(path string) func(*browser.Tab) {
		return func(p *browser.Tab) { p.Open(s.URL + path) }
	}
	return []view{
		{"home", at(l.home)},
		{"post", at("/blog/" + l.post)},
		{"long-thread", at("/blog/" + l.long + "?sort=newest")},
		{"code", at("/blog/" + l.essay)},
		{"tables", at("/blog/" + l.tables)},
		{"archive", at(l.archive)},
		{"tag", at(l.tag)},
		{"about", at(l.about)},
		{"404", at(strings.TrimSuffix(l.home, "/") + "/nothing-here")},
		{"error-form", func(p *browser.Tab) {
			p.Open(s.URL + "/blog/" + l.post)
			write(p, "", " ")
			p.See("#f-body-error")
		}},
		{"edit", func(p *browser.Tab) { l.own(s, p, "edit") }},
		{"edit-in-place", func(p *browser.Tab) {
			l.own(s, p, "")
			p.Click(".own a[href$='/edit']")
			p.See(".slot .edit-form")
		}},
		{"reply", func(p *browser.Tab) {
			p.Open(s.URL + "/blog/" + l.post)
			p.Click(".comment .reply")
			p.See(".comment #comment-form")
		}},
		{"delete", func(p *browser.Tab) { l.own(s, p, "delete") }},
	}
}

// own leads to a comment of the reader's own, or to the page that changes it.
func (l language) own(s *site.Server, p *browser.Tab, verb string) {
	p.Open(s.URL + "/blog/" + l.tables)
	if !p.Has(".own") {
		// The same words from the same address would be the same comment, but not this reader's.
		write(p, "Ân", fmt.Sprintf("Mine, _and_ mine, %d", time.Now().UnixNano()))
		p.See(".own")
	}
	if verb != "" {
		p.Open(s.URL + p.Attr(".own a[href$='/"+verb+"']", "href"))
	}
}

// served are the addresses of all kinds of pages that a program can fetch.
func (l language) served() []string {
	return []string{
		l.home, l.archive, l.tag, l.about, "/blog/" + l.post, "/blog/" + l.long, "/blog/" + l.long + "?sort=newest",
		"/blog/" + l.essay, "/blog/" + l.tables, strings.TrimSuffix(l.home, "/") + "/nothing-here",
	}
}

// forms fetches the pages that only a writer sees: the refused form, the edit page and the delete page, by name.
func (l language) forms(t *testing.T, s *site.Server) map[string]string {
	t.Helper()
	client := site.NewClient(s.URL)
	action := "/blog/" + l.tables + "/comments"
	out := map[string]string{"error-form": client.Form(t, action, url.Values{"body": {""}, "name": {`<b>"x"`}, "url": {"no address"}}).Body}
	to := client.Form(t, action, url.Values{"body": {"Mine"}, "name": {"Ân"}}).Header.Get("Location")
	u, err := url.Parse(to)
	if err != nil || u.Query().Get("at") == "" {
		t.Fatalf("the form led to %q", to)
	}
	id := u.Query().Get("at")
	out["own"] = client.Get(t, to).Body
	for _, verb := range []string{"edit", "delete"} {
		out[verb] = client.Get(t, action+"/"+id+"/"+verb).Body
	}
	out["reply"] = client.Get(t, "/blog/"+l.tables+"?reply="+id).Body
	return out
}
