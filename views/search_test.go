package views

import (
	"strings"
	"testing"
)

// TestMarkedTextIsEscaped, and has no spaces between its pieces that the text has not.
func TestMarkedTextIsEscaped(t *testing.T) {
	var b strings.Builder
	if err := markedText([]Piece{{"<i>", true}, {"&b", false}, {"c", true}}).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "<mark>&lt;i&gt;</mark>&amp;b<mark>c</mark>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestSearchKeepsTheAddress: htmx is allowed to write the address on the page of a search alone.
func TestSearchKeepsTheAddress(t *testing.T) {
	if got := metaOf("search"); !strings.HasPrefix(got, `{"history":"reload","includeIndicatorCSS"`) {
		t.Errorf("got %s", got)
	}
	if got := metaOf("post"); !strings.HasPrefix(got, `{"history":false,`) {
		t.Errorf("got %s", got)
	}
}
