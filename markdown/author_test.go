package markdown

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vang/blog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestAuthorGolden holds what each construct becomes: the HTML, then the table of contents, then the warnings.
func TestAuthorGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/author/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	a := NewAuthor(AuthorOptions{})
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, warnings, err := a.Render(t.Context(), source, DocOptions{Lang: blog.English})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".md")+".golden", describe(doc, warnings))
		})
	}
}

func describe(doc blog.Document, warnings []Warning) []byte {
	var b bytes.Buffer
	b.WriteString(doc.HTML)
	b.WriteString("=== contents\n")
	for _, h := range doc.Headings {
		fmt.Fprintf(&b, "%d #%s %s\n", h.Level, h.ID, h.Text)
	}
	b.WriteString("=== warnings\n")
	for _, w := range warnings {
		fmt.Fprintf(&b, "%d: %s\n", w.Line, w.Message)
	}
	return b.Bytes()
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", file, d)
	}
}
