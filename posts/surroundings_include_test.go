package posts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDocumentsIncludePiecesOfTheirSite(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"hugo.toml": "title = 'Site'\n[params]\nminVersion = '1.2'\n", "layouts/piece.html": "from the root", "secret/.env": "hidden", ".git/config": "hidden",
		"content/posts/a.md": "---\ntitle: A\ntags: [x, y]\ncolour: red\n---\nx", "content/posts/part.txt": "beside", "content/_common/c.md": "common",
		"content/en/_common/l.md": "of the language", "content/en/b.md": "---\ntitle: B\n---\nx", "content/big.txt": strings.Repeat("x", pieceLimit+1),
		"content/empty.txt": "", "content/bytes.bin": "\xff\xfe",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, Options{Dir: root}).Snapshot()
	for _, c := range []struct {
		from, name, want string
		ok               bool
	}{
		{"posts/a.md", "part.txt", "beside", true},
		{"posts/a.md", "/_common/c.md", "common", true},
		{"posts/a.md", "_common/c.md", "common", true},
		{"en/b.md", "/_common/l.md", "of the language", true},
		{"posts/a.md", "layouts/piece.html", "from the root", true},
		{"posts/a.md", "empty.txt", "", true},
		{"posts/a.md", "missing.md", "", false},
		{"posts/a.md", "../../../../etc/passwd", "", false},
		{"posts/a.md", ".git/config", "", false},
		{"posts/a.md", "secret/.env", "", false},
		{"posts/a.md", "big.txt", "", false},
		{"posts/a.md", "bytes.bin", "", false},
		{"posts/a.md", "posts", "", false},
	} {
		for range 2 { // read, and remembered
			if text, ok := s.Include(c.from, c.name); string(text) != c.want || ok != c.ok {
				t.Errorf("%s in %s is %q %v, want %q", c.name, c.from, text, ok, c.want)
			}
		}
	}
	for name, want := range map[string]string{
		"page.title": "A", "page.tags": "x, y", "page.colour": "red", "colour": "red", "site.title": "Site", "minversion": "1.2",
		"site.params.minversion": "1.2", "page.minversion": "", "site.colour": "", "page.title.x": "", "site.nothing": "",
	} {
		if got, ok := s.Param("posts/a.md", name); got != want || ok != (want != "") {
			t.Errorf("param %s is %q %v, want %q", name, got, ok, want)
		}
	}
}
