package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vang/blog"
)

// fill writes n comments straight into the store: every third answers the one before.
func (s *site) fill(slug string, n int) []string {
	s.Helper()
	var ids []string
	for i := range n {
		c := blog.NewComment{
			ID: blog.NewID(), Submission: blog.Submission{PostID: s.ids[slug], Name: "An", Body: fmt.Sprintf("Number %d.", i+1)},
			Visitor: "someone", State: blog.Published, Owner: "someone",
		}
		if i%3 == 2 {
			c.ParentID = ids[i-1]
		}
		c.Fingerprint = c.Submission.Fingerprint()
		_, err := s.store.AddComment(s.Context(), c)
		s.must(err)
		ids = append(ids, c.ID)
	}
	s.server.Stale(s.ids[slug])
	return ids
}

var (
	itemID   = regexp.MustCompile(`<li id="c-(\w+)"`)
	nextPage = regexp.MustCompile(`<a rel="next" href="([^"]+#comments)"`)
	prevPage = regexp.MustCompile(`<a rel="prev" href="([^"]+#comments)"`)
)

func shown(page string) []string {
	var ids []string
	for _, m := range itemID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// walk follows a link from page to page and returns the comments of each.
func (s *site) walk(c *http.Client, path string, link *regexp.Regexp) (pages [][]string, last string) {
	s.Helper()
	for range 20 {
		last = path
		res := s.get(c, path)
		if res.StatusCode != http.StatusOK {
			s.Fatalf("%s: %d", path, res.StatusCode)
		}
		pages = append(pages, shown(res.text))
		m := link.FindStringSubmatch(res.text)
		if m == nil {
			return pages, last
		}
		path, _, _ = strings.Cut(html.UnescapeString(m[1]), "#")
	}
	s.Fatal("the pages never end")
	return nil, ""
}

func TestPagesOfAThreadHoldEachCommentOnce(t *testing.T) {
	s := newSite(t)
	ids := s.fill("hello", 120)
	c := s.browser()
	for _, order := range []string{"", "?sort=newest"} {
		pages, last := s.walk(c, "/blog/hello"+order, nextPage)
		all := slices.Concat(pages...)
		if len(pages) != 3 || len(all) != len(ids) || len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(ids) {
			t.Errorf("%s: %d pages, %d comments", order, len(pages), len(all))
		}
		back, _ := s.walk(c, last, prevPage)
		slices.Reverse(back)
		if got := slices.Concat(back...); len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(ids) {
			t.Errorf("%s: back again %d comments", order, len(got))
		}
	}
	if first, _ := s.walk(c, "/blog/hello?sort=newest", regexp.MustCompile("never")); first[0][0] != ids[118] {
		t.Error("the newest thread is not the first")
	}
}

func TestPermalinkOpensThePageOfItsComment(t *testing.T) {
	s := newSite(t)
	ids := s.fill("hello", 120)
	for _, i := range []int{0, 60, 119} {
		for _, ask := range []string{"at", "reply"} {
			res := s.get(s.browser(), "/blog/hello?"+ask+"="+ids[i])
			if on := shown(res.text); res.StatusCode != http.StatusOK || !slices.Contains(on, ids[i]) || len(on) > blog.PageSize {
				t.Errorf("%s %d: %d, %d comments", ask, i, res.StatusCode, len(on))
			}
		}
	}
}

func TestListForTheScriptIsThePagesOwn(t *testing.T) {
	s := newSite(t)
	s.fill("hello", 120)
	c := s.browser()
	page := s.get(c, "/blog/hello")
	m := nextPage.FindStringSubmatch(page.text)
	path, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
	second := s.get(c, path)
	list := regexp.MustCompile(`data-list="([^"]+)"`).FindStringSubmatch(second.text)
	fragment := s.get(c, html.UnescapeString(list[1]), "HX-Request", "true")
	if !slices.Equal(shown(fragment.text), shown(second.text)) || strings.Contains(fragment.text, "<html") {
		t.Errorf("%s holds other comments than %s", list[1], path)
	}
}

func TestTextSentToAClosedDiscussionComesBack(t *testing.T) {
	s := newSite(t)
	_, err := s.store.SetReadOnly(t.Context(), s.ids["hello"], true)
	s.must(err)
	s.server.Stale(s.ids["hello"])
	if page := s.get(s.browser(), "/blog/hello"); strings.Contains(page.text, "<textarea") {
		t.Error("a closed discussion shows a form")
	}
	for _, fragment := range []string{"", "true"} {
		res := s.do(s.browser(), s.request("POST", "/blog/hello/comments", "name=An&body=a+moment+too+late", "HX-Request", fragment))
		if res.StatusCode != http.StatusForbidden || !strings.Contains(res.text, "a moment too late") {
			t.Errorf("HX-Request %q: %d %s", fragment, res.StatusCode, res.text)
		}
	}
}

func TestRefusedReplyStaysAReply(t *testing.T) {
	s := newSite(t)
	ids := s.fill("hello", 60)
	for _, fragment := range []string{"", "true"} {
		form := url.Values{"name": {""}, "body": {"an answer"}, "parent": {ids[58]}}.Encode()
		res := s.do(s.browser(), s.request("POST", "/blog/hello/comments", form, "HX-Request", fragment))
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(res.text, `name="parent" value="`+ids[58]+`"`) ||
			!strings.Contains(res.text, "Reply to An</h3>") {
			t.Errorf("HX-Request %q: %d %s", fragment, res.StatusCode, res.text)
		}
		if fragment == "" && !slices.Contains(shown(res.text), ids[58]) {
			t.Error("the page is not the one of the comment that is answered")
		}
	}
}

func TestErrorPagesCanBeQuoted(t *testing.T) {
	for _, panics := range []bool{false, true} {
		s, f := newFaultySite(t)
		writer := s.browser()
		id := s.comment(writer, "hello", "about to fail")
		f.panic = panics
		f.set("reader", true)
		res := s.get(writer, "/blog/hello/comments/"+id+"/edit")
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(res.text, res.Header.Get("X-Request-Id")) ||
			!strings.Contains(s.log.String(), res.Header.Get("X-Request-Id")) {
			t.Errorf("panic %t: %d %s", panics, res.StatusCode, res.text)
		}
		if res := s.get(s.browser(), "/about"); res.StatusCode != http.StatusOK {
			t.Errorf("the next request: %d", res.StatusCode)
		}
	}
}
