package markdown

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func plainOf(source string) string {
	var b strings.Builder
	for kind, text := range Plain([]byte(source)) {
		b.WriteString([]string{"", "# ", "` "}[kind])
		b.Write(text)
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestPlainTextIsWhatAReaderReads(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"paragraphs", "Đường phố\nHà Nội.\n\nHai.", "Đường phố Hà Nội.\nHai."},
		{"headings", "# Một {#mot}\n\nHai\n===\n\n### Ba ###", "# Một\n# Hai\n# Ba"},
		{"emphasis", "*a* **b** ***c*** _d_ __e__ ~~f~~ foo_bar_baz 2 * 3 * 4", "a b c d e f foo_bar_baz 2 * 3 * 4"},
		{"links", "See [the *docs*](https://x.org/a_(b) \"t\"), [x][1], [x] and <https://y.org>.\n\n[1]: https://z.org\n[x]: /y", "See the docs, x, x and https://y.org."},
		{"what is no link", "a[0] and [x] stay", "a[0] and [x] stay"},
		{"pictures", "![Phố cổ](pho.jpg) [![in](a.png)](b)", "Phố cổ in"},
		{"code", "Use `foo_bar(*x)` and ``a`b``.\n\n```go {hl_lines=[1]}\nfunc *main*() {}\n```\nafter", "Use foo_bar(*x) and a`b.\n` func *main*() {}\nafter"},
		{"lists", "- one\n- [x] two\n  more\n1. three\n* TOC\n{:toc}", "one\ntwo more\nthree"},
		{"quotes", "> [!NOTE] Mind\n> the gap\n\n> a\n> > b", "Mind the gap\na b"},
		{"callouts", "::: warning Mind\nthe gap\n:::", "Mind the gap"},
		{"tables", "| a | b |\n|---|:-:|\n| c | d |", "a   b\nc   d"},
		{"footnotes", "Text[^1] and^[more *here*].\n\n[^1]: the note", "Text and more here.\nthe note"},
		{"html", "a <b>bold</b><br>c <!-- no --> d\n\n<script>\nvar x\n\ny</script>\nend &amp; &lt;", "a bold c  d\nend & <"},
		{"comments over lines", "a\n<!-- b\n\nc -->d", "a  d"},
		{"shortcodes", "{{< figure src=\"x\" >}}a {{% note %}}b{{% /note %}} {% raw %}c{% endraw %} {{ d }}{:.e}", "a b c"},
		{"wikilinks", "[[a-b]] [[a-b|c d]]", "a-b c d"},
		{"chinese lines", "中文\n搜索", "中文搜索"},
		{"escapes", `\*a\* 1\. \\`, `*a* 1. \`},
		{"rules", "a\n\n---\n\nb\n***", "a\nb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plainOf(c.source); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestPlainTextIsQuickOnHostileTexts: nothing that takes time with the square of its length, or for ever.
func TestPlainTextIsQuickOnHostileTexts(t *testing.T) {
	for _, piece := range []string{"[", "![", "[[", "[](", "`", "``` ", "{{<", "<!--", "<a", "*_~", "^[", "> ", "- ", "&", "\\", "[a]:", "<script", "a\n", "[a\n", "<!--\n", "a<b\n"} {
		text := strings.Repeat(piece, 100_000)
		done := make(chan int, 1)
		go func() { done <- len(plainOf(text)) }()
		select {
		case n := <-done:
			if n > 2*len(text) {
				t.Errorf("%q: %d bytes of %d", piece, n, len(text))
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("%q: does not end", piece)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"# a\n*b*", "[x](y)", "```\na", "{{< a >}}", "<!-- a", "| a |\n|--|", "[[a|b]]", "\\", "&#1;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, text := range Plain([]byte(s)) {
			if len(text) > len(s)*3+8 {
				t.Errorf("%d bytes of %d", len(text), len(s))
			}
		}
	})
}

// TestPlainTextOfRealPosts: hardly any of a thousand real posts leaves markup in its plain text.
func TestPlainTextOfRealPosts(t *testing.T) {
	corpora := os.Getenv("VANG_CORPORA")
	if corpora == "" {
		t.Skip("VANG_CORPORA is not set: the plain texts of 3,500 real posts are NOT looked at")
	}
	pieces, odd := 0, map[string]int{}
	err := filepath.WalkDir(filepath.Join(corpora, "posts"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for kind, text := range Plain(data) {
			if kind == PlainCode {
				continue
			}
			pieces++
			for _, sign := range []string{"](", "{{<", "{{%", "**", "<a ", "<img", "<div", "[^", "{%", "<!--"} {
				if strings.Contains(string(text), sign) {
					if odd[sign]++; odd[sign] < 5 {
						t.Logf("%s: %.150q", filepath.Base(path), text)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range odd {
		sum += n
	}
	if t.Logf("%d pieces, markup in %v", pieces, odd); pieces < 50_000 || sum > pieces/200 {
		t.Errorf("markup in %d of %d pieces", sum, pieces)
	}
}

func BenchmarkPlain(b *testing.B) {
	source, err := os.ReadFile("../content/posts/writing-in-markdown.md")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		for range Plain(source) {
		}
	}
}
