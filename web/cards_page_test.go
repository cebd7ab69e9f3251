package web_test

import (
	"context"
	"net/http"
	"regexp"
	"testing"

	"vang/cards"
	"vang/web"
)

// named draws a card that says what it is asked for.
type named struct{}

func (named) Card(_ context.Context, c cards.Card) ([]byte, error) { return []byte(c.Title), nil }

// TestEachPagesCardIsThere: of posts, of pages, and of those whose addresses their authors chose.
func TestEachPagesCardIsThere(t *testing.T) {
	s := newSite(t, withBase, func(d *web.Deps, _ *site) { d.Cards = named{} })
	shared := regexp.MustCompile(`property="og:image" content="https://blog\.example(/cards/[^"]*)"`)
	for path, title := range map[string]string{"/blog/hello": "Hello <world>", "/about": "About", "/blog/xin-chao": "Xin chào", "/essays/moved/": "Moved"} {
		m := shared.FindStringSubmatch(s.get(s.browser(), path).text)
		if m == nil {
			t.Errorf("%s names no card", path)
			continue
		}
		card := s.get(s.browser(), m[1])
		if card.StatusCode != http.StatusOK || card.text != title {
			t.Errorf("%s: %s is answered %d, %q", path, m[1], card.StatusCode, card.text)
		}
	}
}
