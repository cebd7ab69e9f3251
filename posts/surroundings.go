package posts

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"vang/blog"
	"vang/markdown"
)

var _ markdown.Surroundings = (*Snapshot)(nil)

// Link finds what a document at path from means by a path of a file, a name in [[ ]], a ref or a post_url.
func (s *Snapshot) Link(from, target string) (address, title string, ok bool) {
	name, fragment, _ := strings.Cut(target, "#")
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	it, ok := s.byFile[from]
	if name = strings.TrimSpace(name); name != "" {
		it, ok = s.linked(from, name)
	}
	if !ok {
		address, ok = s.fileLink(from, target)
		return address, "", ok
	}
	address = it.post.Path
	if fragment != "" {
		address += "#" + fragment
	}
	return address, it.post.Title, true
}

// linked finds a document by the path of its file, else by one of its names.
func (s *Snapshot) linked(from, name string) (*item, bool) {
	for _, p := range candidates(from, name) {
		if it, ok := s.byFile[p]; ok {
			return it, true
		}
	}
	it, ok := s.names()[nameKey(name)]
	return it, ok
}

// candidates are the files that a path may mean, the likeliest first.
func candidates(from, name string) []string {
	var paths []string
	add := func(p string) {
		p = strings.TrimPrefix(path.Clean("/"+p), "/")
		paths = append(paths, p)
		if !isMarkdown(p) {
			paths = append(paths, p+".md", p+".markdown", p+"/index.md", p+"/_index.md")
		}
	}
	if rest, zola := strings.CutPrefix(name, "@/"); zola {
		add(rest)
		return paths
	}
	if !strings.HasPrefix(name, "/") {
		add(path.Dir(from) + "/" + name)
		if isBundle(from) { // beside the folder, as its address is
			add(path.Dir(path.Dir(from)) + "/" + name)
		}
	}
	add(name)
	return paths
}

func isBundle(file string) bool {
	return strings.HasPrefix(path.Base(file), "index.") && path.Dir(file) != "."
}

func nameKey(name string) string {
	name = strings.Trim(name, "/ ")
	if isMarkdown(name) {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return blog.Fold(name)
}

// allNames is what documents may be called: their file's name, with a date or without, their slug and their title.
func (s *Snapshot) allNames() map[string]*item {
	names := make(map[string]*item, 3*len(s.byFile))
	add := func(name string, it *item) {
		if key := nameKey(name); key != "" {
			if _, taken := names[key]; !taken {
				names[key] = it
			}
		}
	}
	of := func(it *item) []string {
		p := strings.TrimSuffix(it.file.path, path.Ext(it.file.path))
		if isBundle(it.file.path) {
			p = path.Dir(p)
		}
		return []string{path.Base(p), it.post.Slug, it.post.Title}
	}
	for i := range 3 { // any file's name goes before any title
		for p := range s.posts {
			it := s.bySlug[s.posts[p].Slug]
			add(of(it)[i], it)
		}
		for p := range s.pages {
			if it, ok := s.itemOf(s.pages[p]); ok {
				add(of(it)[i], it)
			}
		}
	}
	return names
}

// Picture finds the picture that src means in the document at path from.
func (s *Snapshot) Picture(from, src string) (blog.Picture, bool) { return s.picture(from, src) }

// within looks a value up; dots go into maps.
func within(m map[string]any, name string) (string, bool) {
	var v any = m
	for part := range strings.SplitSeq(name, ".") {
		inner, ok := v.(map[string]any)
		if !ok {
			return "", false
		}
		if v, ok = inner[part]; !ok {
			return "", false
		}
	}
	switch v := v.(type) {
	case map[string]any, nil:
		return "", false
	case []any:
		return strings.Join(listOf(v), ", "), true
	}
	return strings.TrimSpace(fmt.Sprint(v)), true
}
