package posts

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"vang/blog"
	"vang/markdown"
)

// mediaFolder holds the files that posts show and that are no posts.
const mediaFolder = "media"

// Document renders the text of a post or page, or takes it from the cache. Kinds: NotFound for a post of another snapshot
// that is not in this one, Unavailable if its file is gone.
func (s *Snapshot) Document(ctx context.Context, p blog.Post) (blog.Document, error) {
	doc, warnings, err := s.render(ctx, p)
	if err != nil {
		return blog.Document{}, fmt.Errorf("document %s: %w", p.Path, err)
	}
	if it, ok := s.itemOf(p); ok && len(warnings) > 0 && it.file.told.CompareAndSwap(false, true) {
		w := warnings[0]
		s.log.WarnContext(ctx, "content: "+w.Message, "file", p.Source, "line", w.Line, "more", len(warnings)-1)
	}
	return doc, nil
}

func (s *Snapshot) render(ctx context.Context, p blog.Post) (blog.Document, []markdown.Warning, error) {
	it, ok := s.itemOf(p)
	if !ok {
		return blog.Document{}, nil, blog.E(blog.NotFound, nil)
	}
	options := markdown.DocOptions{
		Lang: it.post.Lang, Title: it.post.Title, Line: it.file.bodyLine,
		Path: it.file.path, Dialect: s.dialect, Surroundings: s,
	}
	load := func() ([]byte, error) {
		body, err := it.file.text.load()
		if err != nil {
			return nil, blog.E(blog.Unavailable, fmt.Errorf("read %s: %w", it.file.path, err))
		}
		return body, nil
	}
	return s.author.RenderKeyed(ctx, it.file.hash, load, options)
}

// File opens a file of the media folder by its name below it, such as "2026/tree.jpg". It can also be sought. Whoever
// opened it closes it. NotFound for whatever is no plain file there.
func (s *Snapshot) File(name string) (fs.File, error) {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	name = strings.TrimPrefix(name, mediaFolder+"/")
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") {
			return nil, blog.E(blog.NotFound, errNotFile)
		}
	}
	f, err := s.open(mediaFolder + "/" + name)
	if err != nil {
		return nil, blog.E(blog.NotFound, err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, blog.E(blog.NotFound, errNotFile)
	}
	return f, nil
}

// opener opens files of the content folder and nothing outside of it.
func (l *Library) opener() func(name string) (fs.File, error) {
	if l.options.Dir == "" {
		return l.options.FS.Open
	}
	base := l.base()
	return func(name string) (fs.File, error) {
		root, err := os.OpenRoot(base)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		if info, err := root.Stat(filepath.FromSlash(name)); err != nil || !info.Mode().IsRegular() { // opening a pipe would wait
			return nil, cmp.Or(err, errNotFile)
		}
		f, err := root.Open(filepath.FromSlash(name))
		if err != nil {
			return nil, err
		}
		return f, nil
	}
}
