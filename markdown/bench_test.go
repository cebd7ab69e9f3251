package markdown

import (
	"fmt"
	"strings"
	"testing"

	"vang/blog"
)

// longPost has ten pieces of prose and of code, each of its own.
func longPost() []byte {
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "## Part %d\n\nSome *prose* with [a link](https://example.org/%d), `code` and a list:\n\n- one\n- two\n\n```go\n", i, i)
		for j := range 5 {
			fmt.Fprintf(&b, "// add%d_%d adds.\nfunc add%d_%d(a, b int) (int, error) {\n\tif a > %d {\n\t\treturn 0, fmt.Errorf(\"too much: %%d\", a)\n\t}\n\treturn a + b, nil\n}\n\n", i, j, i, j, i)
		}
		b.WriteString("```\n\n")
	}
	return []byte(b.String())
}

// BenchmarkRender renders a post with much code as the first reader after a start has it rendered: without a cache folder,
// and with one that an earlier process filled.
func BenchmarkRender(b *testing.B) {
	source := longPost()
	for _, c := range []struct{ name, dir string }{{"colours made", ""}, {"colours kept", b.TempDir()}} {
		b.Run(c.name, func(b *testing.B) {
			a := NewAuthor(AuthorOptions{Cache: c.dir, CacheBytes: 1}) // no rendering is kept in memory
			b.ReportAllocs()
			b.SetBytes(int64(len(source)))
			for b.Loop() {
				if _, _, err := a.Render(b.Context(), source, DocOptions{Lang: blog.English}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCount(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"English", "Some words of a text, which isn't long. "},
		{"Vietnamese", "Những chữ của một bài viết, không dài lắm. "},
		{"Chinese", "一篇不长的文章里的一些字。"},
	} {
		source := make([]byte, 0, 10_000)
		for len(source) < 9_900 {
			source = append(source, c.text...)
		}
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			for b.Loop() {
				Count(source)
			}
		})
	}
}
