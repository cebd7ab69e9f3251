package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// TestSearchFollowsWhatIsTyped: results come as one types, the address with them, nothing loads anew, and Back from a result brings them again.
func TestSearchFollowsWhatIsTyped(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	p := reader(t).Tab(t)
	p.Open(s.URL + "/")
	p.Follow(".to-search")
	mark(p)
	p.Focus("#q")
	p.Type("duong ph")
	p.WaitFor(aSecond*4, "results", "document.querySelector('.results mark')?.textContent.includes('ường')")
	p.Type("o")
	p.WaitFor(aSecond*4, "the address", "location.search=='?q=duong+pho'")
	p.WaitFor(aSecond*4, "marks", "[...document.querySelectorAll('.results mark')].some(m=>m.textContent=='Đường phố')")
	p.WaitFor(aSecond*4, "the count is said", "document.querySelector('#announce').textContent.includes('kết quả')")
	unloaded(t, p)
	if got := p.Value("#q"); got != "duong pho" || !browser.Eval[bool](p, "document.activeElement.id=='q'") {
		t.Errorf("%q stands in the field, and the focus is elsewhere", got)
	}
	p.Follow(".results h2 a")
	p.Run("history.back()")
	p.WaitFor(aSecond*4, "the results again", "location.search=='?q=duong+pho'&&!!document.querySelector('.results mark')")
}

// TestSearchWorksWithoutScript: the form is a plain one.
func TestSearchWorksWithoutScript(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	p := reader(t, browser.WithoutScript).Tab(t)
	p.Open(s.URL + "/en/search?q=cluster")
	p.See(".results mark")
	p.Follow(".results h2 a")
}

// TestSearchLooks writes what a search looks like into the folder that SCREENSHOTS names.
func TestSearchLooks(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no folder: make screenshots does")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := site.Start(t)
	for name, path := range map[string]string{
		"search-vi": "/search?q=duong+pho", "search-en": "/en/search?q=comments", "search-none-vi": "/search?q=duongw", "search-empty-en": "/en/search",
	} {
		p := reader(t).Tab(t)
		p.Open(s.URL + path)
		for _, look := range looks {
			p.Scheme(look.scheme)
			p.Resize(look.width, map[int64]int64{360: 740, 1280: 900}[look.width])
			p.Picture(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, look.scheme, look.width)), true)
		}
	}
}
