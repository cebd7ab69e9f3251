package e2e

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/andybalholm/brotli"
	"golang.org/x/net/html"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// crawled is one answer and what it links to.
type crawled struct {
	answer site.Answer
	root   *html.Node
	ids    map[string]bool
	links  []string
}

// crawl reads everything of a site that can be reached from a path by links.
func crawl(t *testing.T, base, from string) map[string]crawled {
	t.Helper()
	client := site.NewClient(base)
	pages := map[string]crawled{}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		path, _, _ := strings.Cut(queue[0], "#")
		if _, known := pages[path]; known {
			continue
		}
		page := read(t, client.Get(t, path), base+path)
		pages[path] = page
		for _, link := range page.links {
			if rest, ours := strings.CutPrefix(link, base); ours {
				queue = append(queue, rest)
			}
		}
	}
	return pages
}

// read finds what a page links to, as absolute addresses.
func read(t *testing.T, a site.Answer, address string) crawled {
	t.Helper()
	c := crawled{answer: a, ids: map[string]bool{}}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return c
	}
	root, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c.root = root
	for n := range root.Descendants() {
		for _, attr := range n.Attr {
			switch attr.Key {
			case "id":
				c.ids[attr.Val] = true
			case "href", "src", "action", "data-hx-get":
				if attr.Key == "action" && n.Data == "form" {
					continue // answers to POST alone
				}
				u, err := base.Parse(attr.Val)
				if err != nil {
					t.Errorf("%s links to %q: %v", address, attr.Val, err)
					continue
				}
				c.links = append(c.links, u.String())
			}
		}
	}
	return c
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	client := site.NewClient(s.URL)
	root := seed(t, client, "", "One")[0]
	seed(t, client, root.ID, "Two")
	pages := crawl(t, s.URL, "/")
	t.Logf("%d addresses", len(pages))
	if len(pages) < 40 {
		t.Errorf("only %d addresses were reached", len(pages))
	}
	for from, page := range pages {
		if page.answer.Status != http.StatusOK {
			t.Errorf("%s answers %d; linked from %s", from, page.answer.Status, linkedFrom(pages, s.URL+from))
		}
		for _, link := range page.links {
			rest, ours := strings.CutPrefix(link, s.URL)
			to, anchor, has := strings.Cut(rest, "#")
			if !ours || !has || anchor == "" || pages[to].root == nil {
				continue
			}
			anchor, err := url.PathUnescape(anchor)
			if err != nil || !pages[to].ids[anchor] {
				t.Errorf("%s links to %s: nothing there is called %q", from, rest, anchor)
			}
		}
	}
}

func linkedFrom(pages map[string]crawled, link string) string {
	for from, page := range pages {
		if slices.Contains(page.links, link) {
			return from
		}
	}
	return "nowhere"
}

// shownAttributes are those whose text readers see or hear, now or when the script says it.
var shownAttributes = regexp.MustCompile(`^(title|alt|placeholder|aria-label|aria-description|data-(live|reconnecting|offline|one|many|arrived|kept|failed|write|reply))$`)

func TestNoWordIsLeftUntranslated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("site.yaml", "title: ⟦Site⟧\ntagline: ⟦Tagline⟧\ndescription: ⟦Description⟧\nlang: qps\nauthor: {name: ⟦Author⟧}\npage_size: 2\nmenu:\n  qps:\n    - {label: ⟦Archive⟧, url: /archive}\n")
	for _, n := range []string{"one", "two", "three"} {
		write("posts/"+n+".md", "---\ntitle: ⟦"+n+"⟧\nlang: qps\ndate: 2026-01-02\nupdated: 2026-01-03\ncategory: ⟦Category⟧\ntags: [⟦Tag⟧]\nsummary: ⟦Summary⟧\nslug: "+n+"\n---\n\n"+
			strings.Repeat("## ⟦Heading⟧\n\n⟦Text⟧[^1]\n\n", 5)+"```go\nx := 1\n```\n\n[^1]: ⟦Note⟧\n")
	}
	write("pages/page.md", "---\ntitle: ⟦Page⟧\nlang: qps\n---\n\n⟦Text⟧\n")
	s := site.Start(t, "--content", dir)
	client := site.NewClient(s.URL)
	post := func(body, parent string) site.Comment {
		return client.Post(t, site.Draft{Post: "one", ParentID: parent, Body: body, Author: site.Author{Name: "⟦Name⟧"}})
	}
	root := post("⟦Text⟧", "")
	erased := post("⟦Text⟧ 2", root.ID)
	post("⟦Text⟧ 3", erased.ID)
	client.Send(t, "DELETE", "/api/comments/"+erased.ID, nil, http.Header{"If-Match": {"*"}})
	for i := range 55 {
		post(strings.Repeat("⟦Text⟧ ", i+2), "")
	}
	pages := crawl(t, s.URL, "/")
	if len(pages) < 15 {
		t.Errorf("only %d addresses were reached", len(pages))
	}
	form := "/blog/one/comments"
	pages["404"] = read(t, client.Get(t, "/nothing"), s.URL)
	pages["error form"] = read(t, client.Form(t, form, url.Values{"body": {""}, "name": {"\x01"}, "url": {"no address"}}), s.URL)
	pages["closed parent"] = read(t, client.Form(t, form, url.Values{"body": {"⟦Text⟧"}, "name": {"⟦Name⟧"}, "parent": {erased.ID}}), s.URL)
	to := client.Form(t, form, url.Values{"body": {"⟦Mine⟧"}, "name": {"⟦Name⟧"}}).Header.Get("Location")
	own := read(t, client.Get(t, to), s.URL)
	pages["own"] = own
	for _, link := range own.links {
		if strings.HasSuffix(link, "/edit") || strings.HasSuffix(link, "/delete") {
			pages[link] = read(t, client.Get(t, link), s.URL)
		}
	}
	pages["own gone"] = read(t, client.Get(t, "/blog/one?at=0000000000000000"), s.URL)
	where := map[string]string{}
	for path, page := range pages {
		for _, word := range untranslated(page.root) {
			where[word] = path
		}
	}
	for word, path := range where {
		t.Errorf("%s: %q", path, word)
	}
}

// untranslated are the texts of a page that hold a word outside ⟦ ⟧.
func untranslated(root *html.Node) []string {
	if root == nil {
		return nil
	}
	var found []string
	check := func(text string) {
		bare := regexp.MustCompile(`⟦[^⟧]*⟧|\{[a-z]+\}|\b(UTC|Atom|RSS|JSON)\b`).ReplaceAllString(text, "")
		if strings.IndexFunc(bare, unicode.IsLetter) >= 0 {
			found = append(found, strings.TrimSpace(text))
		}
	}
	for n := range root.Descendants() {
		if n.Type == html.TextNode && !within(n, "code", "script", "style", "textarea") && !inLanguage(n) {
			check(n.Data)
		}
		for _, a := range n.Attr {
			if shownAttributes.MatchString(a.Key) {
				check(a.Val)
			}
		}
	}
	return found
}

func within(n *html.Node, names ...string) bool {
	for p := range n.Ancestors() {
		if slices.Contains(names, p.Data) {
			return true
		}
	}
	return false
}

// inLanguage tells whether n is the name of another language, or a monogram.
func inLanguage(n *html.Node) bool {
	for p := range n.Ancestors() {
		for _, a := range p.Attr {
			if a.Key == "hreflang" || a.Key == "class" && strings.HasPrefix(a.Val, "monogram") {
				return true
			}
		}
	}
	return false
}

func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	p := reader(t).Tab(t)
	p.Open(s.URL + path)
	sizes := map[string]int{}
	for kind, limit := range map[string]int{"script[src]": 16_000, "link[rel=stylesheet]": 8_000} {
		total := 0
		for _, address := range browser.Eval[[]string](p, "[...document.querySelectorAll('"+kind+"')].map(e=>e.src||e.href)") {
			total += brotliSize(t, address)
		}
		if total == 0 || total >= limit {
			t.Errorf("%s: %d bytes of brotli, under %d were due", kind, total, limit)
		}
		sizes[kind] = total
	}
	t.Logf("brotli: %v", sizes)
	if n := p.Count("script:not([src],[type='application/ld+json']),style,[style],[onclick]"); n > 0 {
		t.Errorf("%d pieces of inline script or style", n)
	}
}

// brotliSize is how many bytes an address costs a reader.
func brotliSize(t *testing.T, address string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip, deflate, br")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Get("Content-Encoding"); got != "br" {
		t.Errorf("%s comes as %q", address, got)
	}
	if _, err := io.Copy(io.Discard, brotli.NewReader(strings.NewReader(string(body)))); err != nil {
		t.Errorf("%s: %v", address, err)
	}
	return len(body)
}
