package e2e

import (
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

func TestNamesAreRememberedUntilForgotten(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	an := reader(t)
	p := openLive(t, an, s.URL+path)
	write(p, "Đặng Thị Ân", "Mine")
	id := idOf(p, "Mine")
	p.Open(s.URL + "/blog/vang-la-gi")
	if got := p.Value(nameField); got != "Đặng Thị Ân" {
		t.Errorf("on the next visit the form holds %q", got)
	}
	stranger := reader(t).Tab(t)
	stranger.Open(s.URL + path)
	if got := stranger.Value(nameField); got != "" {
		t.Errorf("a stranger's form holds %q", got)
	}
	p.Follow(".forget button")
	p.Wait("the page is there", "document.querySelector('"+nameField+"')")
	if got := p.Value(nameField); got != "" {
		t.Errorf("after being forgotten the form holds %q", got)
	}
	p.Open(s.URL + path)
	if got := p.Value(nameField); got != "" {
		t.Errorf("on the next visit the form holds %q", got)
	}
	if p.Has(item(id) + " .own") {
		t.Error("a forgotten writer still has controls")
	}
}

func TestCommentingWithCookiesBlocked(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	b, err := browser.Start(browser.Options{NoCookies: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	an := b.Reader(browser.InProfile)
	p := openLive(t, an, s.URL+path)
	binh := openLive(t, reader(t), s.URL+path)
	write(p, "An", "Without cookies")
	id := idOf(p, "Without cookies")
	idOf(binh, "Without cookies")
	waitLive(p)
	seed(t, site.NewClient(s.URL), id, "An answer")
	for _, tab := range []*browser.Tab{p, binh} {
		waitWords(t, tab, "Without cookies", "An answer")
		whole(t, tab)
	}
	p.Reload()
	waitWords(t, p, "Without cookies", "An answer")
	if p.Has(".own") {
		t.Error("there are own controls, but nobody can be recognised")
	}
	waitLive(p)
	write(p, "An", "Another")
	waitWords(t, binh, "Without cookies", "An answer", "Another")
}
