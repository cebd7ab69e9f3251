package markdown

import (
	"strings"
	"testing"
)

// TestTheSitesOwnShortcodes: what a site has templates for is drawn with them, as far as they run here.
func TestTheSitesOwnShortcodes(t *testing.T) {
	files := filesAround{
		"layouts/shortcodes/mybox.html":    `<div class="box {{ .Get "class" | default "plain" }}">{{ .Inner | markdownify }}</div>`,
		"layouts/_shortcodes/hello.html":   `<p>{{ with .Get 0 }}Hello, {{ . | upper }}!{{ else }}Hello{{ end }} {{ .Page.Params.colour }} {{ strings.TrimSpace " x " }} {{ add 1 2 }}</p>`,
		"layouts/shortcodes/list.html":     "<ul>\n\n    {{ range $i, $p := .Params }}<li>{{ $i }}: {{ $p }}</li>{{ end }}\n</ul>",
		"layouts/shortcodes/wants.html":    `{{ resources.Get "x" }}`,
		"layouts/shortcodes/fails.html":    `{{ index .Params 9 }}`,
		"layouts/shortcodes/strongly.html": "**{{ .Get 0 }}**",
		"templates/shortcodes/shout.html":  `{# says it #}<b>{% if not quiet and name is defined %}{{ name | upper }}{% elif body %}{{ body | markdown | safe }}{% else %}-{% endif %}</b> {{ get_url(path="/a") }}`,
		"param page.colour":                "red",
	}
	a := NewAuthor(AuthorOptions{})
	for _, c := range []struct {
		dialect      Dialect
		source, want string
		warned       string
	}{
		{DialectHugo, "{{< mybox class=\"a\\\"b\" >}}Some *text* {{< kbd X >}}{{< /mybox >}}", `<div class="box a&#34;b">Some <em>text</em> <kbd>X</kbd></div>`, ""},
		{DialectHugo, "{{< hello you >}}", "<p>Hello, YOU! red x 3</p>", ""},
		{DialectHugo, "a {{< hello >}}", "<p>Hello red x 3</p>", ""},
		{DialectHugo, "{{< list a \"<b>\" >}}", "<ul>\n<li>0: a</li><li>1: &lt;b&gt;</li>\n</ul>", ""},
		{DialectHugo, "{{% strongly x %}}", "<strong>x</strong>", ""},
		{DialectHugo, "{{< wants >}}In *it*.{{< /wants >}}", "<p>In <em>it</em>.</p>", "resources"},
		{DialectHugo, "{{< fails >}}", "", "fails"},
		{DialectZola, "{{ shout(name=\"you\") }}", "<b>YOU</b> /a", ""},
		{DialectZola, "{% shout(quiet=true) %}so *be* it{% end %}", "<b>so <em>be</em> it</b>", ""},
	} {
		doc, warnings, err := a.Render(t.Context(), []byte(c.source), DocOptions{Dialect: c.dialect, Surroundings: files})
		if err != nil || !strings.Contains(doc.HTML, c.want) || (len(warnings) > 0) != (c.warned != "") {
			t.Errorf("%s is %s, want %s; %v, %v", c.source, doc.HTML, c.want, warnings, err)
		}
		if c.warned != "" && len(warnings) > 0 && !strings.Contains(warnings[0].Message, c.warned) {
			t.Errorf("%s: the warning does not name %s: %v", c.source, c.warned, warnings)
		}
	}
}
