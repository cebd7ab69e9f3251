package markdown

import (
	"strings"
	"testing"
)

// BenchmarkExpand replaces the constructs of a text of 25 kB: none, as nearly all texts have, twenty shortcodes, and Liquid.
func BenchmarkExpand(b *testing.B) {
	prose := strings.Repeat("Some *prose* with `code`, a [link](https://example.org/) and {braces}.\n\n", 18)
	for _, c := range []struct {
		name, piece string
		dialect     Dialect
	}{
		{"nothing", prose, DialectVang},
		{"shortcodes", prose + "{{< figure src=\"a.png\" caption=\"x\" >}}\n\n{{% notice tip %}}\ntext\n{{% /notice %}}\n\n", DialectHugo},
		{"Liquid", prose + "{% assign a = \"x|y\" | split: \"|\" %}{% for i in a %}{{ i | upcase }}{% endfor %}\n\n", DialectJekyll},
	} {
		source := []byte(strings.Repeat(c.piece, 20))
		a := NewAuthor(AuthorOptions{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(source)))
			for b.Loop() {
				st := a.newState(source, DocOptions{Dialect: c.dialect, Surroundings: around()})
				if out := st.expand(source); len(out) == 0 {
					b.Fatal("nothing is left")
				}
			}
		})
	}
}
