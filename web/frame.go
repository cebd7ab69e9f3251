package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vang/blog"
	"vang/posts"
	"vang/views"
)

// isLanguage tells whether there is a listing in l.
func (s *Server) isLanguage(ctx context.Context, l blog.Lang) bool {
	return slices.Contains(languages(s.pinned(ctx)), l)
}

// languages are those that have posts, and the site's own.
func languages(snap *posts.Snapshot) []blog.Lang {
	ls := snap.Languages()
	if site := snap.Site().Lang; !slices.Contains(ls, site) {
		ls = append([]blog.Lang{site}, ls...)
	}
	return ls
}

// frame is what a page at path, in lang, shares with every other. translations are the same page in other languages, by
// language; where a language has none, the masthead leads to its listing.
func (s *Server) frame(ctx context.Context, origin string, lang blog.Lang, path string, translations map[blog.Lang]string) views.Frame {
	snap := s.pinned(ctx)
	site := snap.Site()
	f := views.Frame{
		Lang: lang, Site: or(site.Titles[lang], site.Title), Tagline: or(site.Taglines[lang], site.Tagline),
		Description: site.Description, Home: s.homePath(ctx, lang), Menu: site.Menu[lang], Assets: s.frameAssets(),
		Desk: s.desk(ctx, lang, path), Year: s.deps.Now().Year(),
		Path: path, ImageAlt: or(site.Titles[lang], site.Title), Image: absolute(origin, s.resolvePicture(ctx, settings(), site.Image).Src),
	}
	if lang != site.Lang { // it is written in the site's language
		f.Description = f.Tagline
	}
	for _, k := range feedKinds() {
		f.Feeds = append(f.Feeds, views.Feed{Title: f.Site, Type: k.mime, URL: s.below(ctx, lang, k.file)})
	}
	f.Search, f.OpenSearch = s.below(ctx, lang, "search"), s.below(ctx, lang, "opensearch.xml")
	if s.base != "" && path != "" {
		f.Canonical = origin + path
	}
	for _, l := range languages(snap) {
		there, ok := translations[l]
		if l == lang && path != "" {
			there, ok = path, true
		}
		if ok && len(translations) > 0 {
			f.Alternates = append(f.Alternates, views.Language{Lang: l, URL: origin + there})
		}
		f.Languages = append(f.Languages, views.Language{Lang: l, URL: or(there, s.homePath(ctx, l))})
	}
	if len(f.Menu) == 0 {
		f.Menu = site.Menu[site.Lang]
	}
	if len(site.Menu) == 0 {
		f.Menu = s.ownMenu(ctx, lang)
	}
	return f
}

// menuPages is how many pages the menu has that nobody wrote.
const menuPages = 5

// ownMenu is the menu of a blog whose author wrote none: the archive and the pages of the language.
func (s *Server) ownMenu(ctx context.Context, lang blog.Lang) []blog.MenuItem {
	menu := []blog.MenuItem{{Label: views.Words(lang).Archive, URL: s.below(ctx, lang, "archive")}}
	var pages []blog.Post
	for _, p := range s.pinned(ctx).Pages() {
		if p.Lang == lang && p.Title != "" && published(p) && strings.Count(strings.Trim(p.Path, "/"), "/") < 2 && p.Slug != "404" {
			pages = append(pages, p)
		}
	}
	slices.SortStableFunc(pages, func(a, b blog.Post) int {
		return cmp.Or(cmp.Compare(uint(a.Weight)-1, uint(b.Weight)-1), cmp.Compare(a.Title, b.Title)) // no weight is last
	})
	for _, p := range pages[:min(menuPages, len(pages))] {
		menu = append(menu, blog.MenuItem{Label: p.Title, URL: p.Path})
	}
	return menu
}

// everywhere is the same listing in each language.
func (s *Server) everywhere(ctx context.Context, parts ...string) map[blog.Lang]string {
	m := map[blog.Lang]string{}
	for _, l := range languages(s.pinned(ctx)) {
		m[l] = s.below(ctx, l, parts...)
	}
	return m
}

func or(s, instead string) string {
	if s != "" {
		return s
	}
	return instead
}

// pageKey is a cache key: what kind of page, of which site and content, and all that else its bytes depend on.
func (s *Server) pageKey(r *http.Request, kind string, parts ...string) string {
	return strings.Join(append([]string{
		kind, s.deps.Config.Version, s.pinned(r.Context()).Version(), s.cacheOrigin(r), strconv.Itoa(visitOf(r.Context()).year),
	}, parts...), "\x00")
}
