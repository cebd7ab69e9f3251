package posts

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vang/blog"
)

// checker looks at all texts together.
type checker struct {
	snap  *Snapshot
	texts map[string]*text // by path
}

// text is what is wrong with the addresses and pictures of one text.
func (c checker) text(t *text) (list []Finding) {
	var source *lines
	add := func(address string, s Severity, format string, args ...any) {
		if source == nil {
			source = c.snap.linesOf(t.post)
		}
		line := source.find(address)
		list = append(list, Finding{Problem{File: t.post.Source, Line: line, Message: fmt.Sprintf(format, args...)}, s})
	}
	for _, r := range t.refs {
		if message := c.ref(t, r); message != "" {
			add(asWritten(t, r.address), Error, "%s", message)
		}
	}
	for _, src := range t.mute {
		if source == nil {
			source = c.snap.linesOf(t.post)
		}
		name := src[strings.LastIndexByte(src, '/')+1:]
		line, meant := source.mute(name)
		if meant {
			continue
		}
		list = append(list, Finding{Problem{File: t.post.Source, Line: line, Message: fmt.Sprintf(
			"the picture %.80s has no words for those who do not see it: write them between the brackets of ![ ]", name)}, Warning})
	}
	return list
}

// asWritten is the most of an address that its author is likely to have written: the end of what became of it.
func asWritten(t *text, address string) string {
	if rest, own := strings.CutPrefix(address, t.post.Path); own && strings.HasPrefix(rest, "#") {
		return rest
	}
	return address
}

// ref tells what is wrong with an address; "" if nothing is, or if it is another site's.
func (c checker) ref(t *text, r ref) string {
	to, err := url.Parse(strings.TrimSpace(r.address))
	if err != nil {
		return fmt.Sprintf("the %s to %.80q cannot be understood: correct its address", r.what, r.address)
	}
	if to.Scheme != "" || to.Host != "" || to.Opaque != "" {
		return ""
	}
	base, err := url.Parse(t.post.Path)
	if err != nil {
		return ""
	}
	full := base.ResolveReference(to)
	target := c.target(full.EscapedPath())
	switch {
	case target == nil && !c.served(full.Path):
		return fmt.Sprintf("the %s to %.80q leads nowhere: correct it, or take it out", r.what, r.address)
	case target != nil && target != t && hiddenFromReaders(target.post) && !hiddenFromReaders(t.post):
		return fmt.Sprintf("the %s to %.80q leads to %s, which readers do not see: publish it first, or take the link out", r.what, r.address, target.post.Source)
	case target != nil && full.Fragment != "" && !target.ids[full.Fragment] && !ofThePage(full.Fragment):
		return fmt.Sprintf("the link to %.80q leads to no heading or id of %s: %s", r.address, target.post.Source, likely(target.ids, full.Fragment))
	}
	return ""
}

func hiddenFromReaders(p blog.Post) bool { return p.Draft || p.Future || p.Expired }

// target is the text at a path, or where the path leads.
func (c checker) target(path string) *text {
	for range 5 { // redirects are not followed round
		if p, ok := c.snap.At(path); ok {
			return c.texts[p.Path]
		}
		if slug, ofPost := strings.CutPrefix(path, "/blog/"); ofPost {
			if p, ok := c.snap.Post(slug); ok { // its permalink is another; this address leads there
				return c.texts[p.Path]
			}
		}
		to, ok := c.snap.Redirect(path)
		if !ok {
			return nil
		}
		path, _, _ = strings.Cut(to, "#")
	}
	return nil
}

// ofThePage tells whether an id is one of the page around the text.
func ofThePage(id string) bool {
	return strings.HasPrefix(id, "c-") || slices.Contains([]string{"", "top", "main", "comments", "comment-form", "comment-list"}, id)
}

// likely tells which id of a text may be meant, or names a few.
func likely(ids map[string]bool, meant string) string {
	const most = 4
	list := sortedKeys(ids)
	plain := strings.NewReplacer("-", "", "_", "")
	for _, id := range list {
		if strings.EqualFold(plain.Replace(blog.Fold(id)), plain.Replace(blog.Fold(meant))) {
			return "is it #" + id + " that you mean?"
		}
	}
	switch {
	case len(list) == 0:
		return "it has none"
	case len(list) > most:
		return "it has #" + strings.Join(list[:most], ", #") + " and others"
	}
	return "it has #" + strings.Join(list, ", #")
}

// served tells whether there is something else than a text at a path: a file, a redirect out of the site, a list or a feed.
func (c checker) served(path string) bool {
	s := c.snap
	if _, ok := s.Static(path); ok {
		return true
	}
	if to, ok := s.Redirect(path); ok && strings.Contains(to, "://") {
		return true
	}
	if _, _, ok := s.SectionAt(path); ok {
		return true
	}
	lang := s.site.Lang
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if slices.Contains(s.languages, parts[0]) {
		lang, parts = parts[0], parts[1:]
	}
	if len(parts) == 0 || parts[0] == "" {
		return true
	}
	return s.lists(lang, parts)
}

// fixed are the addresses of Vang's own pages, and those that other tools have for them.
const fixed = " archive search categories tags series authors sitemap.xml robots.txt opensearch.xml favicon.ico health posts post blog feed " +
	"feed.xml feed.json rss.xml atom.xml index.xml index.html api "

func (s *Snapshot) lists(lang blog.Lang, parts []string) bool {
	first, rest := parts[0], parts[1:]
	if len(rest) == 0 {
		return strings.Contains(fixed, " "+first+" ")
	}
	of := map[string]func(blog.Lang, string) bool{
		"category": s.hasTerm(s.ByCategory), "categories": s.hasTerm(s.ByCategory), "tag": s.hasTerm(s.ByTag), "tags": s.hasTerm(s.ByTag),
		"series": s.hasTerm(s.BySeries), "author": s.hasAuthor, "authors": s.hasAuthor,
	}
	if has, ok := of[first]; ok {
		return has(lang, rest[0])
	}
	switch first {
	case "archive", "page":
		_, err := strconv.Atoi(rest[0])
		return err == nil
	case "api", "posts", "post", "blog":
		return first == "api" || rest[0] == "page" || strings.HasSuffix(rest[0], ".xml")
	}
	return false
}

func (s *Snapshot) hasTerm(by func(blog.Lang, string) (blog.Term, List)) func(blog.Lang, string) bool {
	return func(lang blog.Lang, slug string) bool {
		_, list := by(lang, blog.Slug(slug))
		return list.Len() > 0
	}
}

func (s *Snapshot) hasAuthor(lang blog.Lang, slug string) bool {
	_, list := s.ByAuthor(lang, slug)
	return list.Len() > 0
}

// menu checks the links of the masthead.
func (c checker) menu() (list []Finding) {
	home := &text{post: blog.Post{Path: "/"}}
	for _, lang := range sortedKeys(c.snap.site.Menu) {
		for _, item := range c.snap.site.Menu[lang] {
			if message := c.ref(home, ref{item.URL, "menu's link"}); message != "" {
				list = append(list, Finding{Problem{File: "site.yaml", Message: message}, Error})
			}
		}
	}
	return list
}
