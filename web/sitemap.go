package web

import (
	"cmp"
	"context"
	"encoding/xml"
	"net/http"
	"strconv"

	"vang/blog"
)

// sitemapPosts is how many posts and pages one map tells of. The protocol's limit is 50,000 addresses: the rest is room for
// the home of each language.
const sitemapPosts = 49_000

type sitemap struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []sitemapURL `xml:"url"`
}

// sitemapIndex lists the maps of a site that one does not hold.
type sitemapIndex struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Maps    []sitemapURL `xml:"sitemap"`
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
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
	snap, origin, part := s.pinned(r.Context()), s.siteOrigin(r), r.URL.Query().Get("part")
	size := cmp.Or(s.deps.Config.SitemapPosts, sitemapPosts)
	parts := (len(snap.Posts("")) + len(snap.Pages()) + size - 1) / size
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

// sitemapOf is the map number n, from 1, of those that tell of size posts and pages each.
func (s *Server) sitemapOf(ctx context.Context, origin string, n, size int) sitemap {
	snap := s.pinned(ctx)
	var m sitemap
	if n == 1 {
		for _, l := range languages(snap) {
			m.URLs = append(m.URLs, sitemapURL{Loc: origin + s.homePath(ctx, l)})
		}
	}
	from, until := (n-1)*size, n*size
	for _, list := range [][]blog.Post{snap.Posts(""), snap.Pages()} {
		for _, p := range list[min(from, len(list)):min(until, len(list))] {
			if p.Draft {
				continue
			}
			u := sitemapURL{Loc: absolute(origin, p.Path)}
			if t := updated(p); !t.IsZero() {
				u.LastMod = stamp(t)
			}
			m.URLs = append(m.URLs, u)
		}
		from, until = max(0, from-len(list)), max(0, until-len(list))
	}
	return m
}

// robots tells crawlers where the map is, and to leave the many views of one discussion alone.
func (s *Server) robots(w http.ResponseWriter, r *http.Request) error {
	origin := s.siteOrigin(r)
	return s.sendText(w, r, "text/plain; charset=utf-8", func(context.Context) ([]byte, error) {
		return []byte("User-agent: *\nDisallow: /blog/*/comments\nDisallow: /*?at=\nDisallow: /*?reply=\nDisallow: /me/\n\n" +
			"Sitemap: " + origin + "/sitemap.xml\n"), nil
	})
}
