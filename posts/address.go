package posts

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"vang/blog"
)

// address gives every post and page an address of its own and leaves out those for which there is none.
func (b *builder) address(entries []*entry) (posts, pages, indexes []*entry) {
	for _, e := range entries {
		switch {
		case e.index:
			indexes = append(indexes, e)
		case e.post.Page:
			pages = append(pages, e)
		default:
			posts = append(posts, e)
		}
	}
	taken := make(map[string]*entry, len(entries))
	posts = b.addressPosts(posts, taken)
	pages = b.addressPages(pages, taken)
	return posts, pages, b.addressIndexes(indexes, taken)
}

// claim gives e the path p, unescaped, unless another has it. Paths that differ by a slash at their end are one.
func (b *builder) claim(e *entry, p string, taken map[string]*entry) bool {
	key := tidyPath(p)
	if first := taken[key]; first != nil {
		b.problem(e, true, "has the same address as %s, %s, and is not shown: give one of them another slug", first.file.path, p)
		return false
	}
	taken[key] = e
	e.post.Path = escaped(p)
	return true
}

// escaped writes a path as addresses have it.
func escaped(p string) string {
	if plain, err := url.PathUnescape(p); err == nil {
		p = plain
	}
	parts := strings.Split(p, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
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
		if x.said.slug == "" && y.said.slug == "" && !x.post.Date.IsZero() && !y.post.Date.IsZero() {
			byDate = x.post.Date.Compare(y.post.Date)
		}
		return cmp.Or(
			rank(x.post.Lang == b.site.Lang)-rank(y.post.Lang == b.site.Lang),
			rank(x.said.slug != "")-rank(y.said.slug != ""),
			rank(!x.post.Date.IsZero() || x.said.slug != "")-rank(!y.post.Date.IsZero() || y.said.slug != ""),
			byDate, cmp.Compare(x.file.path, y.file.path))
	})
	return ordered
}

func (b *builder) addressPosts(entries []*entry, taken map[string]*entry) []*entry {
	slugs := make(map[string]*entry, len(entries))
	var renamed counts
	kept := make([]*entry, 0, len(entries))
	for _, e := range b.inOrder(entries) {
		own := b.ownPath(e)
		if own != "" && b.reserved(own) {
			b.problem(e, false, "cannot be reached at %s, which is an address of Vang itself, and has another: /blog/%s", own, e.post.Slug)
			own = ""
		}
		first := slugs[e.post.Slug]
		switch {
		case first == nil:
		case own != "":
			e.post.Slug = freeSlug(e, first, slugs)
		case !b.otherSlug(e, first, slugs, &renamed):
			b.problem(e, true, "has the same address as %s, /blog/%s, and is not shown: give one of them another slug", first.file.path, e.post.Slug)
			continue
		}
		if own != "" && taken[tidyPath(own)] != nil && b.guessed(e) {
			own = besides(own, otherSlugs(e, taken[tidyPath(own)]), taken)
		}
		if !b.claim(e, cmp.Or(own, "/blog/"+e.post.Slug), taken) {
			continue
		}
		slugs[e.post.Slug] = e
		kept = append(kept, e)
	}
	b.tell(renamed)
	return kept
}

// guessed tells whether a post's address is but what its tool would give it without settings: none that readers know.
func (b *builder) guessed(e *entry) bool { return !b.st.given && e.said.address.text == "" }

// besides is a path near one that is taken.
func besides(p string, names []string, taken map[string]*entry) string {
	dir, end := path.Dir(strings.TrimSuffix(p, "/")), strings.TrimPrefix(p, strings.TrimSuffix(p, "/"))
	for _, name := range names {
		if near := path.Join(dir, name) + end; taken[tidyPath(near)] == nil {
			return near
		}
	}
	return ""
}

// freeSlug names the discussion of a post whose address is its own, and whose slug another has.
func freeSlug(e, first *entry, taken map[string]*entry) string {
	for _, slug := range otherSlugs(e, first) {
		if taken[slug] == nil {
			return slug
		}
	}
	for n := 2; ; n++ {
		if slug := fmt.Sprintf("%s-%d", e.post.Slug, n); taken[slug] == nil {
			return slug
		}
	}
}

func otherSlugs(e, first *entry) (list []string) {
	if e.post.Lang != first.post.Lang {
		list = append(list, e.post.Slug+"-"+strings.ToLower(e.post.Lang))
	}
	if !e.post.Date.IsZero() && !e.post.Date.Equal(first.post.Date) {
		list = append(list, e.post.Slug+"-"+e.post.Date.Format("2006-01-02"))
	}
	if e.post.Section != "" && e.post.Section != first.post.Section {
		list = append(list, blog.Slug(path.Base(e.post.Section)+"-"+e.post.Slug), blog.Slug(e.post.Section+"-"+e.post.Slug))
	}
	return list
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
	case e.said.slug != "":
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
const ownAddresses = " blog api live me media static files cards assets category tag series author archive search health livez readyz metrics feed.xml feed.json atom.xml sitemap.xml robots.txt favicon.ico "

// closedAddresses are the first parts below which everything is Vang's own.
const closedAddresses = " api live me static files cards health livez readyz metrics "

// reserved tells whether Vang itself answers at a path that an author chose.
func (b *builder) reserved(p string) bool {
	first, rest, deep := strings.Cut(strings.Trim(p, "/"), "/")
	switch {
	case first == "":
		return true
	case strings.Contains(closedAddresses, " "+first+" "):
		return true
	case first == "blog":
		return strings.HasSuffix(rest, "/comments")
	case deep:
		return slices.Contains([]string{"category", "tag", "series", "author", "archive"}, first) && !strings.HasSuffix(p, "/")
	}
	_, isLanguage := language(first)
	return isLanguage || !strings.HasSuffix(p, "/") && strings.Contains(ownAddresses, " "+first+" ") || first == "archive" || first == "search"
}

func (b *builder) addressPages(entries []*entry, taken map[string]*entry) []*entry {
	kept := make([]*entry, 0, len(entries))
	for _, e := range b.inOrder(entries) {
		at := b.ownPath(e)
		if at == "" {
			at = "/" + e.post.Slug
			if first := taken[at]; first != nil && first.post.Lang != e.post.Lang {
				at = "/" + e.post.Lang + at
			}
		}
		if b.reserved(at) || strings.Contains(ownAddresses, " "+strings.Trim(at, "/")+" ") && !strings.HasSuffix(at, "/") {
			b.problem(e, false, "cannot be reached at %s, which is an address of Vang itself: give it another slug", at)
		}
		if b.claim(e, at, taken) {
			kept = append(kept, e)
		}
	}
	return kept
}

// addressIndexes gives what _index.md says of a folder the address of the folder's listing.
func (b *builder) addressIndexes(entries []*entry, taken map[string]*entry) []*entry {
	kept := make([]*entry, 0, len(entries))
	for _, e := range b.inOrder(entries) {
		at := cmp.Or(b.ownPath(e), path.Join("/", e.place.folder)+"/")
		if at == "//" || at == "/" {
			at = "/"
			if e.post.Lang != b.site.Lang {
				at = "/" + e.post.Lang + "/"
			}
			e.post.Path = at
			kept = append(kept, e)
			continue
		}
		if first := taken[tidyPath(at)]; first != nil && first.post.Lang != e.post.Lang {
			at = "/" + e.post.Lang + at
		}
		if b.claim(e, at, taken) {
			kept = append(kept, e)
		}
	}
	return kept
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
	for _, alias := range e.said.old {
		for _, p := range formerPaths(alias, e) {
			if slug, ok := strings.CutPrefix(p, "/blog/"); ok && !strings.Contains(slug, "/") && !e.post.Page {
				add(blog.Slug(slug))
			} else {
				add(p)
			}
		}
	}
	return out
}
