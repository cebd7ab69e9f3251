package markdown

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vang/blog"
)

// FuzzShortcodes: whatever an author types, the text is rendered, each line has one that it comes from, and nothing in it
// runs.
func FuzzShortcodes(f *testing.F) {
	files, _ := filepath.Glob("testdata/shortcodes/*.md")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for i, part := range strings.Split(string(text), "\n\n") {
			f.Add(part, byte(i))
		}
	}
	for i, attack := range []string{
		`{{< figure src="javascript:alert(1)" link="javascript:alert(1)" caption="<script>alert(1)</script>" >}}`,
		`{{< youtube "\"><script>alert(1)</script>" >}}`, `{% include figure.html src='x" onerror="alert(1)' %}`,
		`{{< button href="data:text/html,<script>alert(1)</script>" >}}x{{< /button >}}`, `{{ site.x | append: "<script>" }}`,
		"{{< tabs >}}{{< tab \"<img src=x onerror=alert(1)>\" >}}x{{< /tab >}}{{< /tabs >}}", "{{< raw >}}<svg onload=alert(1)>{{< /raw >}}",
		"{% for i in (1..99999999) %}{% for j in (1..99999999) %}x{% endfor %}{% endfor %}", "{{< qr text=\"" + strings.Repeat("x", 5000) + "\" >}}",
		strings.Repeat("{{< details >}}", 200), strings.Repeat("{% if x %}", 200), strings.Repeat("{{<", 500), strings.Repeat("{{< raw >}}", 200),
		`{% assign a = "xx" %}{% for i in (1..50) %}{% assign a = a | append: a %}{% endfor %}{{ a }}`,
		`{% assign a = "x" | split: "," %}{% for i in (1..99) %}{% assign a = a | push: a | concat: a %}{% endfor %}{{ a }}{{ a | json }}`,
		`{% for i in (1..90) %}{% for j in (1..90) %}{% assign a = (1..9999) | sort | reverse | join: "xxxxxxxxx" %}{% endfor %}{% endfor %}`,
		`{% assign a = "a" %}{% for i in (1..99) %}{% assign a = a | replace: "a", "aaaaaaaaaa" %}{% endfor %}{{ a | size }}`,
		`{% capture a %}x{% endcapture %}{% for i in (1..60) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}`,
	} {
		f.Add(attack, byte(DialectHugo))
		f.Add(attack, byte(DialectJekyll))
		f.Add(attack, byte(i))
	}
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	f.Fuzz(func(t *testing.T, text string, dialect byte) {
		if len(text) > 20_000 {
			return
		}
		o := DocOptions{Lang: blog.English, Dialect: Dialect(dialect % 4), Path: "posts/x.md", Surroundings: around()}
		doc, warnings, err := a.Render(t.Context(), []byte(text), o)
		if err != nil {
			t.Fatalf("%v: %q", err, text)
		}
		lines := strings.Count(text, "\n") + 1
		for _, w := range warnings {
			if w.Line < 1 || w.Line > lines {
				t.Errorf("a warning about line %d of %d: %s", w.Line, lines, w.Message)
			}
		}
		if strings.Contains(doc.HTML, pluginMark) && !strings.Contains(text, pluginMark) {
			t.Errorf("a mark of ours shows in %q", doc.HTML)
		}
		if bad := authorsMistake(doc.HTML); bad != "" {
			t.Errorf("%s comes through in %q", bad, doc.HTML)
		}
	})
}

// TestShortcodesLetNothingRun tries attacks as arguments and texts of shortcodes and in what Liquid makes.
func TestShortcodesLetNothingRun(t *testing.T) {
	t.Parallel()
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	places := []struct {
		dialect Dialect
		text    string
	}{
		{DialectHugo, "{{< figure src=`%s` alt=`%s` caption=`%s` link=`%s` attr=`%s` attrlink=`%s` title=`%s` width=`%s` >}}"},
		{DialectHugo, "{{< youtube id=`%s` title=`%s` image=`%s` >}}"},
		{DialectHugo, "x {{< gist `%s` `%s` `%s` >}}"},
		{DialectHugo, "{{< details summary=`%s` >}}\n%s\n{{< /details >}}"},
		{DialectHugo, "{{< tabs >}}{{< tab `%s` >}}%s{{< /tab >}}{{< /tabs >}}"},
		{DialectHugo, "{{% notice `%s` `%s` %}}%s{{% /notice %}}"},
		{DialectHugo, "{{< highlight `%s` `%s` >}}%s{{< /highlight >}}"},
		{DialectHugo, "x {{< highlight `%s` `hl_inline=true` >}}%s{{< /highlight >}}"},
		{DialectHugo, "{{< raw >}}%s{{< /raw >}}"},
		{DialectHugo, "{{< button href=`%s` >}}%s{{< /button >}} {{< link `%s` `%s` >}}"},
		{DialectHugo, "{{< video src=`%s` poster=`%s` caption=`%s` >}}"},
		{DialectHugo, "{{< qr text=`%s` alt=`%s` />}}"},
		{DialectHugo, "{{< kbd `%s` >}} {{< abbr `%s` `%s` >}} {{< badge `%s` >}} {{< mail `%s` >}} {{< ruby `%s` `%s` >}}"},
		{DialectHugo, "{{< blockquote author=`%s` link=`%s` >}}%s{{< /blockquote >}}"},
		{DialectHugo, "[x]({{< ref `%s` >}}) {{< card link=`%s` title=`%s` />}}"},
		{DialectHugo, "{{</* %s */>}}"},
		{DialectHugo, "{{< unknown %s >}}%s{{< /unknown >}}"},
		{DialectHugo, "{{< mermaid >}}%s{{< /mermaid >}} {{< math >}}%s{{< /math >}}"},
		{DialectHugo, "{{< param `%s` >}} {{< emoji `%s` >}} {{< x user=`%s` id=`%s` >}} {{< term `%s` >}}"},
		{DialectZola, "{{ youtube(id=`%s`) }} {% quote(author=`%s`) %}%s{% end %}"},
		{DialectJekyll, "{% raw %}%s{% endraw %} {{ '%s' }} {{ `%s` | default: \"%s\" }}"},
		{DialectJekyll, "{% include figure.html src=\"%s\" caption='%s' %}{% include note.html text='%s' %}"},
		{DialectJekyll, "[x]({% link %s %}) {% img %s %} {% %s %}"},
		{DialectJekyll, "{% highlight %s %}%s{% endhighlight %}"},
		{DialectJekyll, "x\n{: %s}\n\n{::comment}%s{:/comment}"},
	}
	for i, attack := range attacks(t) {
		for j, place := range places {
			if !tried(i, j, 14) {
				continue
			}
			source := strings.ReplaceAll(place.text, "%s", attack)
			doc, _, err := a.Render(t.Context(), []byte(source), DocOptions{Dialect: place.dialect, Path: "posts/x.md", Surroundings: around()})
			if err != nil {
				t.Fatalf("%q: %v", source, err)
			}
			if bad := authorsMistake(doc.HTML); bad != "" {
				t.Fatalf("%q lets %s through:\n%s", source, bad, doc.HTML)
			}
		}
	}
}
