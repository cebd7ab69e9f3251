package markdown

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStranger(t *testing.T) {
	s := NewStranger()
	for in, want := range map[string]string{
		"Hello *there* **you** ~~not~~":  "<p>Hello <em>there</em> <strong>you</strong> <del>not</del></p>\n",
		"one\ntwo":                       "<p>one<br>\ntwo</p>\n",
		"# Title\n\ntext":                "<p><strong>Title</strong></p>\n<p>text</p>\n",
		"Title\n===":                     "<p><strong>Title</strong></p>\n",
		"see https://example.org/a?b=1.": `<p>see <a href="https://example.org/a?b=1" rel="nofollow ugc noopener">https://example.org/a?b=1</a>.</p>` + "\n",
		"<https://example.org>":          `<p><a href="https://example.org" rel="nofollow ugc noopener">https://example.org</a></p>` + "\n",
		`[x](/blog/a "title")`:           `<p><a href="/blog/a" rel="nofollow ugc noopener">x</a></p>` + "\n",
		"[x](javascript:alert(1))":       "<p>x</p>\n",
		"<javascript:alert(1)>":          "<p>javascript:alert(1)</p>\n",
		"![a picture](https://e.org/a)":  "<p>a picture</p>\n",
		"```go title=x\na < b\n```":      "<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n",
		"Vec<T> and <b>bold</b>":         "<p>Vec&lt;T&gt; and &lt;b&gt;bold&lt;/b&gt;</p>\n",
		"<div>\nblock\n</div>":           "<p>&lt;div&gt;<br>\nblock<br>\n&lt;/div&gt;</p>\n",
		"> quoted\n\nanswer":             "<blockquote>\n<p>quoted</p>\n</blockquote>\n<p>answer</p>\n",
		"- a\n- b":                       "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
		"3. a\n4. b":                     "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n",
		"[a]: https://example.org":       "<p>[a]: https://example.org</p>\n",
		"":                               "<p></p>\n",
	} {
		if d := cmp.Diff(want, s.HTML(in)); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}

// TestStrangerIsBounded holds the work on what is built to be slow: without the limit on nesting the first of these made
// 270 kB in 92 ms.
func TestStrangerIsBounded(t *testing.T) {
	const most = 10_000
	full := func(s string) string { return strings.Repeat(s, most/len(s)) }
	var steps strings.Builder
	for i := 0; steps.Len() < most; i++ {
		steps.WriteString(strings.Repeat(" ", 2*i) + "- a\n")
	}
	hostile := []string{
		full(">"), full("> "), full("- "), full("1. "), full("> - "), full(">\n"), full("-\n"), steps.String(),
		full("["), full("!["), full("[a]("), full("[](("), full("[a](<b "), full("[a](b"), full("](" + "a"), full("[a]: b\n"), full("[a][a]"),
		full("*a "), full("**a "), full("*a_ "), full("*_"), full("~~a"), strings.Repeat("*", most/2) + "a" + strings.Repeat("*", most/2),
		full("`"), full("a`"), full("`a``b```c"), full("<"), full("<a@b"), full("&"), full("\\"), full("a\n---\n"),
		full("http://a "), full("www.a.a/"), full("a@a.a "), full("(http://a"),
		strings.Repeat("[", 3000) + "a" + strings.Repeat("](b)", 1700), strings.Repeat("![", 2500) + "a" + strings.Repeat("](b)", 1200),
	}
	s := NewStranger()
	for _, source := range hostile {
		start := time.Now()
		out := s.HTML(source)
		if took := time.Since(start); took > 10*time.Second { // 40 ms alone; 3 s with the race detector on a busy machine
			t.Errorf("%.8q took %v", source, took)
		}
		if len(out) > 20*most {
			t.Errorf("%.8q became %d bytes", source, len(out))
		}
		if bad := strangersMistake(out); bad != "" {
			t.Errorf("%.8q lets %s through", source, bad)
		}
	}
}

func TestFlattenLeavesOrdinaryTextAlone(t *testing.T) {
	for _, s := range []string{"> > quote\n- list\n    code", strings.Repeat("-", 80), strings.Repeat("* ", 10), "2026. a year\n\n>"} {
		if got := string(flatten([]byte(s), strangerNesting)); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if got := string(flatten([]byte("a\n"+strings.Repeat("> ", 30)+"b\n"), 24)); strings.Count(got, ">") != 24 || !strings.HasSuffix(got, "b\n") {
		t.Errorf("too deep a quote became %q", got)
	}
}

func FuzzStranger(f *testing.F) {
	for _, s := range append(ownAttacks(), "plain", "> - 1. x", "[a](b \"c\")", "```\nx", "\x00\xff", "# x {#id .c onclick=x}") {
		f.Add(s)
	}
	s := NewStranger()
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 10_000 {
			return
		}
		if bad := strangersMistake(s.HTML(source)); bad != "" {
			t.Fatalf("lets %s through:\n%s", bad, s.HTML(source))
		}
	})
}

func BenchmarkStranger(b *testing.B) {
	s := NewStranger()
	const body = "I *tried* this with `go test`, see https://example.org/x:\n\n> quoted\n\n```\ncode\n```\n\n- one\n- two\n"
	for b.Loop() {
		s.HTML(body)
	}
}
