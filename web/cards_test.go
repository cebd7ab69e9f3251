package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"vang/cards"
	"vang/web"
)

// broken cannot draw.
type broken struct{}

func (broken) Card(context.Context, cards.Card) ([]byte, error) {
	return nil, errors.New("font serif: secret of the machine")
}

func withCards(c web.Cards) option { return func(d *web.Deps, _ *site) { d.Cards = c } }

// cardOf is the address of a page's card, as its head says it.
func cardOf(t *testing.T, s *site, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(s.get(s.browser(), page).text, `property="og:image" content="`)
	address, _, _ := strings.Cut(rest, `"`)
	if !ok {
		return ""
	}
	_, path, _ := strings.Cut(address, "://")
	return path[strings.Index(path, "/"):]
}

func TestCardsAreKeptForeverUnderTheirOwnVersionOnly(t *testing.T) {
	s := newSite(t, withBase, withCards(named{}))
	own := cardOf(t, s, "/blog/hello")
	if !strings.HasPrefix(own, "/cards/") || !strings.HasSuffix(own, "/blog/hello.png") {
		t.Fatalf("the card is at %q", own)
	}
	r := s.get(s.browser(), own)
	if cache := r.Header.Get("Cache-Control"); !strings.Contains(cache, "immutable") || r.Header.Get("Content-Type") != "image/png" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", r.Header)
	}
	if again := s.get(s.browser(), own, "If-None-Match", r.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("asked again: %d", again.StatusCode)
	}
	for path, status := range map[string]int{
		"/cards/0123456789ab/blog/hello.png": http.StatusOK, "/cards/0123456789ab/blog/nothing.png": http.StatusNotFound, "/cards/0123456789ab/": http.StatusNotFound,
		"/cards/0123456789ab/.png": http.StatusNotFound,
	} {
		r := s.get(s.browser(), path)
		if r.StatusCode != status || status == http.StatusOK && r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s is answered %d with Cache-Control %q", path, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
}

func TestWhatHasAPictureOrNoLettersHasNoCard(t *testing.T) {
	s := newSite(t, withBase, withCards(named{}), withFiles(t, t.TempDir(), map[string][]byte{
		"posts/pictured.md": []byte("---\ntitle: Pictured\nimage: https://a.example/dot.png\n---\n\nText.\n"),
		"posts/arabic.md":   []byte("---\ntitle: مرحبا\nslug: arabic\n---\n\nText.\n"),
		"posts/chinese.md":  []byte("---\ntitle: 你好\nlang: zh\nslug: 你好\n---\n\nText.\n"),
	}))
	if got := cardOf(t, s, "/blog/pictured"); !strings.HasSuffix(got, "dot.png") {
		t.Errorf("the author's picture gave way to %q", got)
	}
	if got := cardOf(t, s, "/blog/arabic"); got != "" {
		t.Errorf("letters that cannot be drawn have the card %q", got)
	}
	chinese := cardOf(t, s, "/blog/%E4%BD%A0%E5%A5%BD")
	if r := s.get(s.browser(), chinese); r.StatusCode != http.StatusOK || r.text != "你好" {
		t.Errorf("%q is answered %d, %q", chinese, r.StatusCode, r.text)
	}
}

func TestACardThatCannotBeDrawnTellsNoReaderWhy(t *testing.T) {
	s := newSite(t, withBase, withCards(broken{}))
	r := s.get(s.browser(), cardOf(t, s, "/blog/hello"))
	if r.StatusCode != http.StatusInternalServerError || strings.Contains(r.text, "secret") || !strings.Contains(s.log.String(), "secret of the machine") {
		t.Errorf("%d: %s", r.StatusCode, r.text)
	}
}
