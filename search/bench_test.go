package search_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/markdown"
	"vang/search"
)

// corpus is the real posts that VANG_CORPORA holds, or this project's own, again and again under new names until there are n.
func corpus(b *testing.B, n int) (docs []search.Doc, texts [][]byte) {
	b.Helper()
	var files []string
	root := "../content/posts"
	if dir := os.Getenv("VANG_CORPORA"); dir != "" {
		root = filepath.Join(dir, "posts")
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".md") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		b.Fatalf("no posts in %s: %v", root, err)
	}
	for i := range n {
		text, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text)
		title := blog.Slug(filepath.Base(files[i%len(files)]))
		docs = append(docs, search.Doc{
			Key: fmt.Sprintf("/blog/%s-%d", title, i), Hash: fmt.Sprint(i), Title: strings.ReplaceAll(title, "-", " "),
			Filters: []string{fmt.Sprintf("tag:t%d", i%211), fmt.Sprintf("year:%d", 2000+i%24), "lang:en"}, Date: time.Unix(int64(i)*86400, 0),
		})
	}
	return docs, texts
}

func fill(b *testing.B, docs []search.Doc, texts [][]byte) *search.Index {
	b.Helper()
	at := map[string]int{}
	for i, d := range docs {
		at[d.Key] = i
	}
	x := &search.Index{}
	err := x.Update(context.Background(), "1", docs, func(d search.Doc) search.Text {
		return func(yield func(search.Part, []byte) bool) {
			for kind, text := range markdown.Plain(texts[at[d.Key]]) {
				if !yield(search.Part(kind), text) {
					return
				}
			}
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	return x
}

const many = 10_000

func BenchmarkBuild(b *testing.B) {
	docs, texts := corpus(b, many)
	size := 0
	for _, t := range texts {
		size += len(t)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		x := fill(b, docs, texts)
		runtime.GC()
		b.ReportMetric(float64(x.Stats().Bytes), "index-bytes")
		b.ReportMetric(float64(x.Stats().Segments), "segments")
	}
}

func BenchmarkSearch(b *testing.B) {
	docs, texts := corpus(b, many)
	x := fill(b, docs, texts)
	for _, query := range []string{
		"chung toi", "chúng tôi", "chứng chỉ", "搜索", "数据库管理系统", "net/http", "foo_bar", "c++", "re", "confi", "the", "how to write a post in rust",
		`"release notes"`, "rust -async", "tag:t7", "tag:t7 rust", "memori safty",
	} {
		q := search.Parse(query)
		b.Run(strings.ReplaceAll(query, "/", "÷"), func(b *testing.B) {
			var took []time.Duration
			total := 0
			for b.Loop() {
				start := time.Now()
				total = x.Search(q, search.Ask{Until: 10, Facets: true}).Total
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(total), "found")
		})
	}
}
