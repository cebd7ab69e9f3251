package web

import (
	"testing"

	"vang/blog"
)

func TestASummaryThatIsTheTextsBeginningIsKnown(t *testing.T) {
	for _, tt := range []struct {
		html, words string
		want        bool
	}{
		{"<p>It <em>began</em> in Hà Nội, “long” ago. Then more.</p>", `It began in Hà Nội, "long" ago…`, true},
		{"<figure><img alt=\"x\"></figure>\n<p>Tom &amp; Jerry</p>", "Tom & Jerry", true},
		{"<p>Another beginning</p>", "A beginning", false},
		{"<p>Short</p>", "Short and more", false},
		{"", "Words", false},
		{"<p>Text</p>", "", true},
	} {
		if got := begins(tt.html, tt.words); got != tt.want {
			t.Errorf("begins(%q, %q) = %v", tt.html, tt.words, got)
		}
	}
}

func TestProfilesInTheFediverse(t *testing.T) {
	for profile, want := range map[string]string{
		"https://social.example/@an": "@an@social.example", "https://social.example/@an/": "@an@social.example",
		"https://github.com/an": "", "https://www.youtube.com/@an": "", "http://social.example/@an": "", "https://social.example/@an/1": "", "%": "",
	} {
		if got := fediverse([]blog.Person{{Me: []string{profile}}}, nil); got != want {
			t.Errorf("%s: %q, want %q", profile, got, want)
		}
	}
}
