package markdown

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestIncludesEnd: files that include each other, and more of each than anyone can read, cost a warning and not the blog.
func TestIncludesEnd(t *testing.T) {
	files := filesAround{
		"loop.md": strings.Repeat("{{< include \"loop.md\" >}}\n", 20), "_includes/loop.html": strings.Repeat("{% include loop.html %}\n", 20),
		"large.md": strings.Repeat("large and larger\n", 20_000),
	}
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	for source, o := range map[string]DocOptions{
		"a\n\n{{< include \"loop.md\" >}}\n\nz":                                {Dialect: DialectHugo},
		"a\n\n{% include loop.html %}\n\nz":                                    {Dialect: DialectJekyll},
		"a\n\n" + strings.Repeat("{{< include \"large.md\" >}}\n", 50) + "\nz": {Dialect: DialectHugo},
	} {
		o.Surroundings = files
		doc, warnings, err := a.Render(t.Context(), []byte(source), o)
		if err != nil || len(warnings) == 0 || !strings.Contains(doc.HTML, "<p>a</p>") {
			t.Errorf("%.40q: %d bytes, warnings %.200v, %v", source, len(doc.HTML), warnings, err)
		}
		for _, w := range warnings {
			if last := 3 + strings.Count(strings.TrimSpace(source), "\n") - 4; w.Line < 3 || w.Line > last {
				t.Errorf("%.40q: a warning names line %d: %s", source, w.Line, w.Message)
			}
		}
	}
}

// TestWarningsKeepTheirLines: what is said of a line behind something that was expanded names the author's line.
func TestWarningsKeepTheirLines(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	for dialect, source := range map[Dialect]string{
		DialectHugo:   "{{< include \"part.md\" >}}\n\n{{< tabs >}}\n{{< tab \"x\" >}}\na\n{{< /tab >}}\n{{< /tabs >}}\n[x](nowhere.md)",
		DialectZola:   "{% note() %}\na\n{% end %}\n\n{{ youtube(id=\"x\") }}\n\n\n[x](nowhere.md)",
		DialectJekyll: "{% for i in (1..30) %}\nx\n{% endfor %}\n{% highlight go %}\nx\n{% endhighlight %}\n\n[x](nowhere.md)",
	} {
		_, warnings, err := a.Render(t.Context(), []byte(source), DocOptions{Dialect: dialect, Line: 5, Path: "posts/x.md", Surroundings: around()})
		if err != nil || len(warnings) != 1 || warnings[0].Line != 12 {
			t.Errorf("dialect %d: %+v, %v; want one about line 12", dialect, warnings, err)
		}
	}
}

func TestShortcodesAmongText(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	for source, want := range map[string]string{
		"Press {{< kbd `*a*_b_` >}} now":                                   "Press <kbd>*a*_b_</kbd> now",
		"`{% link _posts/other.md %}` and {% link _posts/other.md %}":      "<code>{% link _posts/other.md %}</code> and /blog/other",
		"{{< details x >}}\nin\n{{< /details >}}    behind *it*":           "<p>behind <em>it</em></p>",
		"- a\n\n  {{< details x >}}\n  in\n  {{< /details >}}    behind":   "<p>behind</p>\n</li>",
		"{{% notice %}}\n- a\n- b\n{{% /notice %}}\ntext":                  "<p>text</p>",
		"x {{< highlight go \"hl_inline=true\" >}}a ` b{{< /highlight >}}": "<code>a ` b</code>",
	} {
		doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{Path: "posts/x.md", Surroundings: around()})
		if err != nil || !strings.Contains(doc.HTML, want) {
			t.Errorf("%q is %q, want %q in it; %v", source, doc.HTML, want, err)
		}
	}
}

// TestTemplatesEnd: a site's own template that would go round for years, or call itself twice at each level, costs a warning. The
// text around it is shown, and what asked for the text is answered.
func TestTemplatesEnd(t *testing.T) {
	const at = "layouts/shortcodes/"
	files := filesAround{
		at + "counts.html": "{{ range 100000000000 }}{{ end }}",
		at + "nested.html": "{{ range seq 10000 }}{{ range seq 10000 }}{{ range seq 10000 }}{{ end }}{{ end }}{{ end }}",
		at + "else.html":   "{{ range slice }}{{ else }}{{ with 1 }}{{ range 100000000000 }}{{ else }}{{ end }}{{ end }}{{ end }}",
		at + "calls.html":  `{{ define "a" }}{{ if lt (len .) 40 }}{{ template "a" (printf "%sx" .) }}{{ template "a" (printf "%sx" .) }}{{ end }}{{ end }}{{ template "a" "" }}`,
		at + "twice.html":  "{{ $a := .Inner }}{{ $b := .Inner }}",
		at + "fine.html":   `<ul>{{ range $i, $n := seq 100 }}{{ if eq $i 3 }}{{ continue }}{{ end }}<li>{{ $n }}</li>{{ else }}none{{ end }}</ul><a title="{{ range 2 }}x{{ end }}">y</a>`,
	}
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	for source, warned := range map[string]bool{
		"{{< counts >}}": true, "{{< nested >}}": true, "{{< else >}}": true, "{{< calls >}}": true, "{{< fine >}}": false,
		strings.Repeat("{{< twice >}}", 40) + "x" + strings.Repeat("{{< /twice >}}", 40): true,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		doc, warnings, err := a.Render(ctx, []byte("before\n\n"+source+"\n\nbehind\n"), DocOptions{Dialect: DialectHugo, Surroundings: files})
		cancel()
		if err != nil || !strings.Contains(doc.HTML, "<p>behind</p>") || (len(warnings) > 0) != warned {
			t.Errorf("%.40s is %.200s, %.200v, %v", source, doc.HTML, warnings, err)
		}
		if !warned && (strings.Count(doc.HTML, "<li>") != 99 || !strings.Contains(doc.HTML, `title="xx"`)) {
			t.Errorf("%.40s is %s", source, doc.HTML)
		}
	}
}
