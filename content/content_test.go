package content_test

import (
	"context"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"vang/blog"
	"vang/content"
	"vang/markdown"
	"vang/posts"
)

func open(t *testing.T, fsys fs.FS) *posts.Library {
	t.Helper()
	l, err := posts.Open(t.Context(), posts.Options{
		FS: fsys, Drafts: true, Now: time.Now, Author: markdown.NewAuthor(markdown.AuthorOptions{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sites are our own files and what `vang init` writes.
func sites(t *testing.T) map[string]fs.FS {
	t.Helper()
	all := map[string]fs.FS{"embedded": content.FS}
	for _, lang := range []string{"en", "vi"} {
		dir := t.TempDir()
		parts, err := content.Starter(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			if err := os.CopyFS(dir, part); err != nil {
				t.Fatal(err)
			}
		}
		all["starter "+lang] = os.DirFS(dir)
	}
	return all
}

// TestNothingIsWrongWithOurOwnFiles holds that authors see no warning that is not theirs.
func TestNothingIsWrongWithOurOwnFiles(t *testing.T) {
	for name, fsys := range sites(t) {
		t.Run(name, func(t *testing.T) {
			l := open(t, fsys)
			problems, err := l.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Error(p)
			}
			if len(l.Snapshot().Posts(blog.English)) == 0 || len(l.Snapshot().Posts(blog.Vietnamese)) == 0 {
				t.Error("a language has no posts")
			}
		})
	}
}

// TestEveryPostHasItsTranslation also holds what listings and feeds show of a post.
func TestEveryPostHasItsTranslation(t *testing.T) {
	s := open(t, content.FS).Snapshot()
	list := append(append([]blog.Post{}, s.Posts("")...), s.Pages()...)
	if len(list) < 10 {
		t.Fatalf("only %d posts and pages", len(list))
	}
	for _, p := range list {
		if len(s.Translations(p)) != 1 {
			t.Errorf("%s has no translation: is its translationKey right?", p.Source)
		}
		if p.Summary == "" || p.Draft {
			t.Errorf("%s has no summary, or is a draft", p.Source)
		}
		if !p.Page && (p.Category.Name == "" || len(p.Tags) == 0 || p.Date.IsZero()) {
			t.Errorf("%s lacks a category, tags or a date", p.Source)
		}
	}
}

var href = regexp.MustCompile(`(?:href|src)="(/[^"]*|#[^"]*)"`)

// TestLinksLeadSomewhere follows every link from one of our texts to another, or to a place in the same one.
func TestLinksLeadSomewhere(t *testing.T) {
	for name, fsys := range sites(t) {
		s := open(t, fsys).Snapshot()
		followed := 0
		for _, p := range append(append([]blog.Post{}, s.Posts("")...), s.Pages()...) {
			doc, err := s.Document(context.WithoutCancel(t.Context()), p)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range href.FindAllStringSubmatch(doc.HTML, -1) {
				followed++
				if !leads(s, doc.HTML, m[1]) {
					t.Errorf("%s: %s leads nowhere", p.Source, m[1])
				}
			}
		}
		for lang, menu := range s.Site().Menu {
			for _, item := range menu {
				if _, ok := s.At(item.URL); !ok && !strings.HasSuffix(item.URL, "/archive") {
					t.Errorf("%s: the menu of %s has %s, which leads nowhere", name, lang, item.URL)
				}
			}
		}
		if name == "embedded" && followed < 20 {
			t.Errorf("only %d links were followed", followed)
		}
	}
}

func leads(s *posts.Snapshot, html, to string) bool {
	switch {
	case strings.HasPrefix(to, "#"):
		return strings.Contains(html, `id="`+to[1:]+`"`)
	case strings.HasPrefix(to, "/files/"):
		_, ok := s.FileOf(to)
		return ok
	case strings.HasPrefix(to, "/media/"):
		f, err := s.File(strings.TrimPrefix(to, "/media/"))
		if err != nil {
			return false
		}
		return f.Close() == nil
	}
	path, part, _ := strings.Cut(to, "#")
	p, ok := s.At(path)
	if !ok || part == "" {
		return ok
	}
	doc, err := s.Document(context.Background(), p)
	return err == nil && strings.Contains(doc.HTML, `id="`+part+`"`)
}
