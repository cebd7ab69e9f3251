package markdown

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vang/blog"
)

// folderAround is what documents of a folder can refer to, as far as these tests need it.
type folderAround struct {
	root   string
	params map[string]string
}

func (folderAround) Link(_, target string) (string, string, bool) {
	return "/found/" + strings.Trim(target, "/"), "Title of " + target, target != "" && !strings.Contains(target, "nowhere")
}
func (folderAround) Picture(_, _ string) (blog.Picture, bool) { return blog.Picture{}, false }
func (f folderAround) Include(_, name string) ([]byte, bool) {
	text, err := os.ReadFile(filepath.Join(f.root, filepath.FromSlash(filepath.Clean("/"+name))))
	return text, err == nil
}

func (f folderAround) Param(_, name string) (string, bool) {
	v, ok := f.params[name]
	return v, ok
}

var (
	codeInHTML = regexp.MustCompile(`(?s)<pre\b.*?</pre>|<code\b.*?</code>`)
	leak       = regexp.MustCompile(`\{\{(?:<|&lt;|%)|\{%`)
)

// TestNoSyntaxShowsInRealBlogs renders every text of the corpora: outside of code nobody sees a tag of Hugo, Zola or Jekyll.
func TestNoSyntaxShowsInRealBlogs(t *testing.T) {
	corpora := os.Getenv("VANG_CORPORA")
	if corpora == "" {
		t.Skip("VANG_CORPORA is not set: no real blogs are read")
	}
	if testing.Short() {
		t.Skip("reads thousands of texts")
	}
	a := NewAuthor(AuthorOptions{CacheBytes: 1})
	for _, blogs := range []struct {
		folder, root string
		dialect      Dialect
	}{
		{"hugodocs", "hugodocs/en", DialectHugo},
		{"burntsushi-hugo", "burntsushi-hugo", DialectHugo},
		{"letsencrypt-hugo-vi", "letsencrypt-hugo-vi/vi", DialectHugo},
		{"yihui-hugo", "yihui-hugo", DialectHugo},
		{"rust-zola", "rust-zola", DialectZola},
		{"jekyll", "jekyll", DialectJekyll},
		{"jekyll", "jekyll", DialectVang}, // a folder of posts alone does not say whose it is
	} {
		root := filepath.Join(corpora, "posts", filepath.FromSlash(blogs.root))
		around := folderAround{root: root, params: map[string]string{"site.repository": "https://github.com/jekyll/jekyll"}}
		count := 0
		err := filepath.WalkDir(filepath.Join(corpora, "posts", blogs.folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isText(path) {
				return err
			}
			if count++; count%oneIn != 0 {
				return nil
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			o := DocOptions{Lang: blog.English, Dialect: blogs.dialect, Path: path, Surroundings: around}
			doc, warnings, err := a.Render(t.Context(), bytes.ReplaceAll(withoutFrontMatter(source), []byte("\r\n"), []byte("\n")), o)
			if err != nil {
				return err
			}
			if os.Getenv("VANG_SHOW_WARNINGS") != "" {
				for _, w := range warnings {
					t.Logf("%s:%d: %s", path, w.Line, w.Message)
				}
			}
			prose := codeInHTML.ReplaceAllString(doc.HTML, "")
			for _, loc := range leak.FindAllStringIndex(prose, -1) {
				t.Errorf("%s shows %q", path, prose[max(0, loc[0]-60):min(len(prose), loc[1]+60)])
			}
			return nil
		})
		if err != nil || count == 0 {
			t.Errorf("%s: %d texts, %v", blogs.folder, count, err)
		}
	}
}

func isText(path string) bool {
	switch filepath.Ext(path) {
	case ".md", ".markdown", ".html", ".Rmd", ".rmd":
		return true
	}
	return false
}
