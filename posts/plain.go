package posts

import (
	"fmt"
	"iter"

	"vang/blog"
	"vang/markdown"
)

// Plain is the text of a post or page without markup, for search and excerpts: see markdown.Plain. A post that is not in this
// snapshot, or whose text cannot be read now, has none.
func (s *Snapshot) Plain(p blog.Post) iter.Seq2[markdown.PlainKind, []byte] {
	return func(yield func(markdown.PlainKind, []byte) bool) {
		text, err := s.textOf(p)
		if err != nil {
			s.log.Warn("content: the text cannot be searched", "file", p.Source, "error", err)
			return
		}
		markdown.Plain(text)(yield)
	}
}

func (s *Snapshot) textOf(p blog.Post) ([]byte, error) {
	it, ok := s.at(p.Path)
	if !ok {
		return nil, blog.E(blog.NotFound, nil)
	}
	text, err := it.file.text.load()
	if err != nil {
		return nil, blog.E(blog.Unavailable, fmt.Errorf("read %s: %w", it.file.path, err))
	}
	return text, nil
}
