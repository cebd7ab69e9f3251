package posts

import (
	"context"
	"fmt"

	"vang/blog"
	"vang/markdown"
)

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
