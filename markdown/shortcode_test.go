package markdown

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vang/blog"
)

// filesAround is a folder in memory.
type filesAround map[string]string

func (filesAround) Link(_, target string) (string, string, bool) {
	name, fragment, _ := strings.Cut(target, "#")
	if !strings.HasPrefix(name, "other") && !strings.HasPrefix(name, "_posts/other") && name != "2024-01-02-other" {
		return "", "", false
	}
	if fragment != "" {
		fragment = "#" + fragment
	}
	return "/blog/other" + fragment, "The other", true
}
func (filesAround) Picture(_, _ string) (blog.Picture, bool) { return blog.Picture{}, false }

func (f filesAround) Include(_, name string) ([]byte, bool) {
	text, ok := f[strings.TrimPrefix(name, "/")]
	return []byte(text), ok
}

func (f filesAround) Param(_, name string) (string, bool) {
	v, ok := f["param "+name]
	return v, ok
}

func around() filesAround {
	return filesAround{
		"part.md": "---\ntitle: x\n---\nA part with {{< kbd X >}}.\n\nIts end.\n", "main.go": "package main\n",
		"param version": "1.2", "param page.kind": "special", "param page.tags": "one, two, three",
		"param site.repository": "https://github.com/jekyll/jekyll",
		"_includes/note.html":   "<div>\n  {{ include.kind }}\n\n  <p>{{ include.text }}</p>\n</div>\n",
	}
}

// TestShortcodesGolden holds what each shortcode becomes, in golden files beside the texts.
func TestShortcodesGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/shortcodes/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	dialects := map[string]Dialect{"hugo": DialectHugo, "themes": DialectVang, "zola": DialectZola, "jekyll": DialectJekyll}
	a := NewAuthor(AuthorOptions{})
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			word, _, _ := strings.Cut(name, "-")
			doc, warnings, err := a.Render(t.Context(), source, DocOptions{
				Lang: blog.English, Dialect: dialects[word], Path: "posts/x.md", Surroundings: around(),
			})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".md")+".golden", describe(doc, warnings))
		})
	}
}

func TestLeadsAndTitlesShowNoShortcodes(t *testing.T) {
	a := NewAuthor(AuthorOptions{})
	for source, want := range map[string]string{
		"Press {{< kbd \"Ctrl\" >}}+{{% kbd %}}C{{% /kbd %}} [now]({{< ref \"x\" >}}).": "Press Ctrl+C now.",
		"A {% raw %}{{ brace }}{% endraw %} and {{ site.nothing }}{{< gone >}}end.":     "A {{ brace }} and end.",
		"{{< youtube x >}}\n\nThe text.":                                                "The text.",
	} {
		if got := a.Lead([]byte(source)); got != want {
			t.Errorf("the lead of %q is %q, want %q", source, got, want)
		}
	}
	if got := a.Title([]byte("# The {{< badge \"new\" >}} thing\n")); got != "The new thing" {
		t.Errorf("the title is %q", got)
	}
}
