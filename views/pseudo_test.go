package views

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var translated = regexp.MustCompile(`⟦[^⟦⟧]*⟧`)

// told are the attributes whose values readers see or hear, or that the script says.
var told = map[string]bool{
	"aria-label": true, "title": true, "alt": true, "placeholder": true, "data-write": true, "data-one": true, "data-many": true,
	"data-arrived": true, "data-kept": true, "data-failed": true, "data-total": true, "data-notice": true,
}

// untranslated is what is left of s when the pseudo-language and what is filled in are taken away.
func untranslated(s string) string {
	return braces.ReplaceAllString(translated.ReplaceAllString(s, ""), "")
}

func TestNothingIsLeftUntranslated(t *testing.T) {
	for name, c := range samples(Pseudo) {
		for n := range parse(t, c).Descendants() {
			if n.Type == html.TextNode && word.MatchString(untranslated(n.Data)) && !formatName(n.Data) {
				t.Errorf("%s: the text %q is in no catalogue", name, strings.TrimSpace(n.Data))
			}
			for _, a := range n.Attr {
				if told[a.Key] && word.MatchString(untranslated(a.Val)) {
					t.Errorf("%s: %s=%q is in no catalogue", name, a.Key, a.Val)
				}
			}
		}
	}
}

// formatName tells what is the same in every language: the name of a format, and the language's own name.
func formatName(s string) bool {
	rest := strings.TrimSpace(untranslated(s))
	return rest == "Atom" || rest == "RSS" || rest == Words(Pseudo).Name
}
