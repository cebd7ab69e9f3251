package posts

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	"vang/blog"
)

// address gives every post and page an address of its own and leaves out those for which there is none.
func (b *builder) address(entries []*entry) (posts, pages []*entry) {
	for _, e := range entries {
		if e.post.Page {
			pages = append(pages, e)
		} else {
			posts = append(posts, e)
		}
	}
	return b.addressPosts(posts), b.addressPages(pages)
}

// inOrder is the order in which posts take their addresses: the site's language first, then those whose author chose the
// slug. Of names that only their folders tell apart the older post has the address, so that a new one never takes it, and
// its discussion, away.
func (b *builder) inOrder(entries []*entry) []*entry {
	ordered := slices.Clone(entries)
	rank := func(foremost bool) int {
		if foremost {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(ordered, func(x, y *entry) int {
		byDate := 0
		if x.file.slug == "" && y.file.slug == "" && !x.post.Date.IsZero() && !y.post.Date.IsZero() {
			byDate = x.post.Date.Compare(y.post.Date)
		}
		return cmp.Or(
			rank(x.post.Lang == b.site.Lang)-rank(y.post.Lang == b.site.Lang),
			rank(x.file.slug != "")-rank(y.file.slug != ""),
			rank(!x.post.Date.IsZero() || x.file.slug != "")-rank(!y.post.Date.IsZero() || y.file.slug != ""),
			byDate, cmp.Compare(x.file.path, y.file.path))
	})
	return ordered
}

func (b *builder) addressPosts(entries []*entry) []*entry {
	taken := make(map[string]*entry, len(entries))
	var renamed counts
	kept := make([]*entry, 0, len(entries))
	for _, e := range b.inOrder(entries) {
		first := taken[e.post.Slug]
		if first != nil && !b.otherSlug(e, first, taken, &renamed) {
			b.problem(e, true, "has the same address as %s, /blog/%s, and is not shown: give one of them another slug", first.file.path, e.post.Slug)
			continue
		}
		taken[e.post.Slug] = e
		e.post.Path = "/blog/" + url.PathEscape(e.post.Slug)
		kept = append(kept, e)
	}
	b.tell(renamed)
	return kept
}

// otherSlug finds an address for a post whose own is taken by first.
func (b *builder) otherSlug(e, first *entry, taken map[string]*entry, renamed *counts) bool {
	var others []string
	note := &renamed.folders
	switch {
	case e.post.Lang != first.post.Lang:
		note = &renamed.languages
		others = []string{e.post.Slug + "-" + strings.ToLower(e.post.Lang)}
	case differentDays(e, first): // as in /2006/03/11/joke and /2007/05/02/joke
		others = []string{e.post.Slug + "-" + e.place.date.Format("2006-01-02")}
	case e.file.slug != "":
		return false
	case e.place.dir != first.place.dir:
		others = []string{
			blog.Slug(path.Base(e.place.dir) + "-" + e.place.name), blog.Slug(e.place.dir + "-" + e.place.name), e.post.Slug + "-2",
		}
	}
	for _, slug := range others {
		if taken[slug] == nil {
			e.post.Slug = slug
			note.add(e)
			return true
		}
	}
	return false
}

func differentDays(a, b *entry) bool {
	return !a.place.date.IsZero() && !b.place.date.IsZero() && !a.place.date.Equal(b.place.date)
}

// counts gathers renamed posts: a site in two languages would else have one note for each post.
type counts struct{ languages, folders count }

type count struct {
	first *entry
	n     int
}

func (c *count) add(e *entry) {
	if c.n++; c.n == 1 {
		c.first = e
	}
}

func (b *builder) tell(c counts) {
	if e := c.languages.first; e != nil {
		b.problem(e, false, "shares its name with a post in another language, as %d file(s) do; these have the language in their address, here /blog/%s: a slug of their own gives them another", c.languages.n, e.post.Slug)
	}
	if e := c.folders.first; e != nil {
		b.problem(e, false, "shares its name with another post, as %d file(s) do; these have the folder or the day in their address, here /blog/%s: a slug of their own gives them another", c.folders.n, e.post.Slug)
	}
}

// ownAddresses are the first parts of Vang's own addresses, which no page can have.
const ownAddresses = " blog api live me media static assets category tag archive search health livez readyz metrics feed.xml feed.json sitemap.xml robots.txt "

func (b *builder) addressPages(entries []*entry) []*entry {
	taken := make(map[string]*entry, len(entries))
	kept := make([]*entry, 0, len(entries))
	for _, e := range b.inOrder(entries) {
		at := "/" + url.PathEscape(e.post.Slug)
		first := taken[at]
		if first != nil && first.post.Lang != e.post.Lang {
			at = "/" + e.post.Lang + at
		}
		if first = taken[at]; first != nil {
			b.problem(e, true, "has the same address as %s, %s, and is not shown: give one of them another slug", first.file.path, at)
			continue
		}
		if _, isLanguage := language(e.post.Slug); isLanguage || strings.Contains(ownAddresses, " "+e.post.Slug+" ") {
			b.problem(e, false, "cannot be reached at %s, which is an address of Vang itself: give it another slug", at)
		}
		taken[at] = e
		e.post.Path = at
		kept = append(kept, e)
	}
	return kept
}

// redirects maps former addresses to present ones, and writes each post's Aliases.
func (b *builder) redirects(s *Snapshot, entries []*entry) map[string]string {
	to := map[string]string{}
	slices.SortFunc(entries, func(x, y *entry) int { return cmp.Compare(x.file.path, y.file.path) })
	for _, e := range entries {
		for _, alias := range e.file.old {
			for _, from := range formerPaths(alias, e.post.Page) {
				b.redirect(s, to, e, from)
			}
		}
	}
	return to
}

func (b *builder) redirect(s *Snapshot, to map[string]string, e *entry, from string) {
	switch owner, taken := s.byPath[from]; {
	case taken && owner.post.Path == e.post.Path:
	case taken:
		b.problem(e, false, "the alias %s is the address of %s: it leads there", from, owner.post.Source)
	case to[from] != "" && to[from] != e.post.Path:
		b.problem(e, false, "the alias %s leads to %s already: take it out of one of them", from, to[from])
	default:
		to[from] = e.post.Path
	}
}

// formerPaths are the paths that an alias stands for: itself if it is one, else those that a former slug had.
func formerPaths(alias string, page bool) []string {
	if u, err := url.Parse(alias); err == nil && u.Path != "" {
		alias = u.Path
	}
	if strings.Contains(alias, "/") {
		return []string{tidyPath(alias)}
	}
	paths := []string{tidyPath("/" + alias)}
	if !page {
		paths = append(paths, "/blog/"+alias)
		if slug := blog.Slug(alias); slug != alias {
			paths = append(paths, "/blog/"+slug)
		}
	}
	return paths
}

// tidyPath writes a path as it is looked up: absolute, without a slash or index.html at its end.
func tidyPath(p string) string {
	p = path.Clean("/" + p)
	p = strings.TrimSuffix(p, "/index.html")
	return cmp.Or(p, "/")
}

// aliasesOf are the former slugs, and the other former paths, of a post.
func aliasesOf(e *entry) []string {
	var out []string
	add := func(s string) {
		if s != e.post.Slug && s != "/" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, alias := range e.file.old {
		for _, p := range formerPaths(alias, e.post.Page) {
			if slug, ok := strings.CutPrefix(p, "/blog/"); ok && !strings.Contains(slug, "/") && !e.post.Page {
				add(blog.Slug(slug))
			} else {
				add(p)
			}
		}
	}
	return out
}
