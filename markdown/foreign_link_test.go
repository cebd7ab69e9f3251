package markdown

import (
	"strings"
	"testing"
)

// TestLinksToTextsOfOtherSitesStay: an address that ends in .md need not be a file of this site.
func TestLinksToTextsOfOtherSitesStay(t *testing.T) {
	doc, warnings, err := NewAuthor(AuthorOptions{}).Render(t.Context(), []byte("[x](https://example.org/README.md)"), DocOptions{Surroundings: echo{}})
	if err != nil || len(warnings) > 0 || !strings.Contains(doc.HTML, `href="https://example.org/README.md"`) {
		t.Errorf("%s, %v, %v", doc.HTML, warnings, err)
	}
}
