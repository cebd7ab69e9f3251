package posts

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"vang/blog"
	"vang/markdown"
)

// redirects maps former addresses to present ones, each straight to where it ends.
func (b *builder) redirects(s *Snapshot, entries []*entry) map[string]string {
	to := map[string]string{}
	slices.SortFunc(entries, func(x, y *entry) int { return cmp.Compare(x.file.path, y.file.path) })
	for _, e := range entries {
		for _, alias := range e.said.old {
			for _, from := range formerPaths(alias, e) {
				b.redirect(s, to, e, from)
			}
		}
		for _, from := range b.otherForms(e) {
			if from = tidyPath(from); to[from] == "" && !s.has(from) {
				to[from] = e.post.Path
			}
		}
	}
	for _, r := range slices.Concat(b.leads, b.st.redirects) {
		b.lead(s, to, r)
	}
	b.straighten(to)
	return to
}

func (b *builder) redirect(s *Snapshot, to map[string]string, e *entry, from string) {
	switch owner := s.owner(from); {
	case owner != nil && owner.post.Path == e.post.Path:
	case owner != nil:
		b.problem(e, false, "the alias %s is the address of %s: it leads there", from, owner.post.Source)
	case to[from] != "" && to[from] != e.post.Path:
		b.problem(e, false, "the alias %s leads to %s already: take it out of one of them", from, to[from])
	default:
		to[from] = e.post.Path
	}
}

// lead adds a redirect that no shown post asks for.
func (b *builder) lead(s *Snapshot, to map[string]string, r redirect) {
	tell := func(format string, args ...any) {
		b.problems = append(b.problems, Problem{File: r.file, Line: r.line, Message: fmt.Sprintf(format, args...)})
	}
	switch owner := s.owner(r.from); {
	case owner != nil:
		tell("%s is the address of %s, which is shown there: it leads nowhere else", r.from, owner.post.Source)
	case to[r.from] != "" && to[r.from] != r.to:
		tell("%s leads to %s already: take one of them out", r.from, to[r.from])
	default:
		to[r.from] = r.to
	}
}

// straighten makes chains of redirects one step long, and takes out those that lead back to themselves.
func (b *builder) straighten(to map[string]string) {
	for _, from := range sortedKeys(to) {
		seen := []string{from}
		end := to[from]
		for to[tidyPath(end)] != "" && strings.HasPrefix(end, "/") {
			next := tidyPath(end)
			if slices.Contains(seen, next) {
				b.loop(append(seen, next))
				for _, p := range seen {
					delete(to, p)
				}
				end = ""
				break
			}
			seen = append(seen, next)
			end = to[next]
		}
		if end != "" {
			to[from] = end
		}
	}
}

func (b *builder) loop(steps []string) {
	p := Problem{Message: fmt.Sprintf("redirects lead round in a circle, %s: let one of them lead to a page", strings.Join(steps, " to "))}
	for _, r := range slices.Concat(b.leads, b.st.redirects) {
		if slices.Contains(steps, r.from) {
			p.File, p.Line = r.file, r.line
			break
		}
	}
	b.problems = append(b.problems, p)
}

// leadsOn tells whether an entry is not to be shown because it only leads elsewhere: Jekyll's redirect_to, and the empty
// pages by which themes have a search or an archive.
func (b *builder) leadsOn(e *entry) bool {
	if e.index && b.st.tool == markdown.DialectHugo && slices.Contains([]string{"tags", "categories", "series", "authors"}, strings.Split(e.post.Section, "/")[0]) {
		return true // Vang has pages of its own for these
	}
	to := e.said.moved
	if to == "" && e.said.stub && e.post.Page && !e.index {
		switch e.said.layout {
		case "search":
			to = "/search"
		case "archives", "archive":
			to = "/archive"
		case "tags", "categories", "home", "index", "blog":
			return true
		}
	}
	if to == "" {
		return false
	}
	if !strings.Contains(to, "://") {
		to = "/" + strings.TrimLeft(to, "/")
	}
	from := b.ownPath(e)
	switch {
	case from != "":
	case e.post.Page:
		from = "/" + e.post.Slug
	default:
		from = "/blog/" + e.post.Slug
	}
	if tidyPath(from) != tidyPath(to) {
		b.leads = append(b.leads, redirect{from: tidyPath(from), to: to, file: e.file.path})
	}
	return true
}

// otherForms are addresses that a post might have had from another version of its tool.
func (b *builder) otherForms(e *entry) (paths []string) {
	if b.st.tool == markdown.DialectJekyll && e.place.collection == "posts" && e.said.address.text == "" && !e.post.Date.IsZero() {
		utc := *e // the day may be another one where the site was built
		utc.post.Date = e.post.Date.UTC()
		if p := b.ownPath(&utc); p != "" && e.post.Date.UTC().Day() != e.post.Date.Day() {
			paths = append(paths, p)
		}
	}
	return paths
}

// formerPaths are the paths that an alias stands for: itself if it is one, else those that a former slug had. Hugo's aliases
// without a slash in front are beside the post.
func formerPaths(alias string, e *entry) []string {
	if u, err := url.Parse(alias); err == nil && u.Path != "" {
		alias = u.Path
	}
	var paths []string
	if strings.Contains(alias, "/") {
		paths = append(paths, tidyPath(alias))
	} else {
		paths = append(paths, tidyPath("/"+alias))
		if !e.post.Page {
			paths = append(paths, "/blog/"+alias)
			if slug := blog.Slug(alias); slug != alias {
				paths = append(paths, "/blog/"+slug)
			}
		}
	}
	if own, err := url.PathUnescape(e.post.Path); err == nil && e.beside && !strings.HasPrefix(alias, "/") {
		if beside := tidyPath(path.Join(path.Dir(strings.TrimSuffix(own, "/")), alias)); !slices.Contains(paths, beside) {
			paths = append(paths, beside)
		}
	}
	return paths
}

// owner is what is shown at a path, with or without a slash at its end.
func (s *Snapshot) owner(p string) *item {
	if it, ok := s.byPath[p]; ok {
		return it
	}
	return s.byPath[p+"/"]
}

func (s *Snapshot) has(p string) bool { return s.owner(p) != nil }
