package web

import (
	"cmp"
	"context"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"time"

	"vang/blog"
)

// sitemapPosts is how many pages one map tells of. The protocol's limit is 50,000 addresses.
const sitemapPosts = 49_000

type sitemap struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Image   string       `xml:"xmlns:image,attr"`
	XHTML   string       `xml:"xmlns:xhtml,attr"`
	URLs    []sitemapURL `xml:"url"`
}

// sitemapIndex lists the maps of a site that one does not hold.
type sitemapIndex struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Maps    []sitemapURL `xml:"sitemap"`
}

type sitemapURL struct {
	Loc     string         `xml:"loc"`
	LastMod string         `xml:"lastmod,omitempty"`
	Others  []sitemapLink  `xml:"xhtml:link"`
	Images  []sitemapImage `xml:"image:image"`
}

// sitemapLink is the same page in a language, itself included.
type sitemapLink struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

type sitemapImage struct {
	Loc string `xml:"image:loc"`
}

// sendText answers with what is made of the content alone.
func (s *Server) sendText(w http.ResponseWriter, r *http.Request, contentType string, text func(context.Context) ([]byte, error), parts ...string) error {
	key := s.pageKey(r, "text", append([]string{r.URL.Path}, parts...)...)
	return s.sendPublic(w, r, public{key: key, shared: true, make: func(ctx context.Context) (made, error) {
		b, err := text(ctx)
		if err != nil {
			return made{}, err
		}
		return made{key: key, body: newBody(contentType, b)}, nil
	}})
}

// sitemap lists every page that search engines should know. What exceeds one map is in several, which the first address
// then lists: they differ by a query, since a map may only tell of what lies below its own folder.
func (s *Server) sitemap(w http.ResponseWriter, r *http.Request) error {
	origin, part := s.siteOrigin(r), r.URL.Query().Get("part")
	size := cmp.Or(s.deps.Config.SitemapPosts, sitemapPosts)
	parts := (s.mapped(r.Context()) + size - 1) / size
	n := 1
	if part != "" {
		var err error
		if n, err = strconv.Atoi(part); err != nil || strconv.Itoa(n) != part || n < 1 || n > parts {
			return blog.E(blog.NotFound, err)
		}
	}
	return s.sendText(w, r, "application/xml; charset=utf-8", func(ctx context.Context) ([]byte, error) {
		if part == "" && parts > 1 {
			return marshalXML(indexOf(origin, parts))
		}
		return marshalXML(s.sitemapOf(ctx, origin, n, size))
	}, part)
}

func indexOf(origin string, parts int) sitemapIndex {
	var index sitemapIndex
	for n := range parts {
		index.Maps = append(index.Maps, sitemapURL{Loc: origin + withQuery("/sitemap.xml", "part", strconv.Itoa(n+1))})
	}
	return index
}

// mapped is how many addresses all maps hold, or a few more: those of posts that are copies count too.
func (s *Server) mapped(ctx context.Context) int {
	snap := s.pinned(ctx)
	return len(s.mappedLists(ctx, "")) + len(snap.Posts("")) + len(snap.Pages())
}

// sitemapOf is the map number n, from 1, of those that tell of size pages each.
func (s *Server) sitemapOf(ctx context.Context, origin string, n, size int) sitemap {
	snap := s.pinned(ctx)
	m := sitemap{Image: "http://www.google.com/schemas/sitemap-image/1.1", XHTML: "http://www.w3.org/1999/xhtml"}
	from, until := (n-1)*size, n*size
	lists := s.mappedLists(ctx, origin)
	m.URLs = append(m.URLs, lists[min(from, len(lists)):min(until, len(lists))]...)
	from, until = max(0, from-len(lists)), max(0, until-len(lists))
	for _, list := range [][]blog.Post{snap.Posts(""), snap.Pages()} {
		for _, p := range list[min(from, len(list)):min(until, len(list))] {
			if published(p) && p.Canonical == "" {
				m.URLs = append(m.URLs, s.mappedPost(ctx, origin, p))
			}
		}
		from, until = max(0, from-len(list)), max(0, until-len(list))
	}
	return m
}

func (s *Server) mappedPost(ctx context.Context, origin string, p blog.Post) sitemapURL {
	u := sitemapURL{Loc: absolute(origin, p.Path)}
	if t := updated(p); !t.IsZero() {
		u.LastMod = stamp(t)
	}
	if others := s.pinned(ctx).Translations(p); len(others) > 0 {
		for _, t := range append([]blog.Post{p}, others...) {
			u.Others = append(u.Others, sitemapLink{Rel: "alternate", Lang: t.Lang, Href: absolute(origin, t.Path)})
		}
	}
	for _, src := range s.picturesOf(ctx, p) {
		u.Images = append(u.Images, sitemapImage{Loc: absolute(origin, src)})
	}
	return u
}

const (
	// mappedTexts is up to how many posts and pages the map names the pictures of texts: these must be rendered for it. Of a
	// larger blog it names those that their authors chose for lists and shares.
	mappedTexts = 200
	// mappedImages is how many pictures of a page it names.
	mappedImages = 100
)

// picturesOf are the addresses of a post's pictures on this site, or elsewhere.
func (s *Server) picturesOf(ctx context.Context, p blog.Post) []string {
	var list []string
	if pic := s.pictureOf(ctx, p); pic.Src != "" {
		list = append(list, pic.Src)
	}
	snap := s.pinned(ctx)
	if len(snap.Posts(""))+len(snap.Pages()) > mappedTexts {
		return list
	}
	doc, err := snap.Document(ctx, p)
	if err != nil {
		return list // its page tells of it
	}
	for _, pic := range doc.Pictures {
		if !pic.Missing && len(list) < mappedImages && !slices.Contains(list, pic.Src) {
			list = append(list, pic.Src)
		}
	}
	return list
}

// mappedLists are the lists of all languages: each one's home, and its categories, series and authors. Tags are left to
// those who browse: there are too many with a post or two.
func (s *Server) mappedLists(ctx context.Context, origin string) []sitemapURL {
	var urls []sitemapURL
	for _, lang := range languages(s.pinned(ctx)) {
		home := sitemapURL{Loc: origin + s.homePath(ctx, lang), LastMod: lastOf(s.pinned(ctx).Posts(lang))}
		urls = append(urls, home)
		for _, kind := range []string{categoryShelf, seriesShelf} {
			for _, t := range s.terms(ctx, lang, kind) {
				urls = append(urls, sitemapURL{Loc: origin + t.URL})
			}
		}
		for _, a := range s.pinned(ctx).Authors() {
			if to := s.authorPath(ctx, lang, a.Person); to != "" {
				urls = append(urls, sitemapURL{Loc: origin + to})
			}
		}
	}
	return urls
}

// lastOf is when the newest of posts came or changed.
func lastOf(list []blog.Post) string {
	var last time.Time
	for _, p := range list {
		if t := updated(p); published(p) && t.After(last) {
			last = t
		}
	}
	if last.IsZero() {
		return ""
	}
	return stamp(last)
}

// robots tells crawlers where the map is, and to leave the many views of one discussion alone; or what the author's own file
// tells them.
func (s *Server) robots(w http.ResponseWriter, r *http.Request) error {
	if _, ok := s.pinned(r.Context()).Static(r.URL.Path); ok {
		return s.media(w, r)
	}
	origin := s.siteOrigin(r)
	return s.sendText(w, r, "text/plain; charset=utf-8", func(context.Context) ([]byte, error) {
		return []byte("User-agent: *\nDisallow: /blog/*/comments\nDisallow: /*?at=\nDisallow: /*?reply=\nDisallow: /me/\n" +
			"Disallow: /search\nDisallow: /*/search\n\nSitemap: " + origin + "/sitemap.xml\n"), nil
	})
}
