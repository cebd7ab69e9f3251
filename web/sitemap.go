package web

import (
	"context"
	"encoding/xml"
	"net/http"

	"vang/blog"
)

// sitemapLimit is the protocol's own.
const sitemapLimit = 50_000

type sitemap struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sendText answers with what is made of the content alone.
func (s *Server) sendText(w http.ResponseWriter, r *http.Request, contentType string, text func(context.Context) ([]byte, error)) error {
	key := s.pageKey(r, "text", r.URL.Path)
	return s.sendPublic(w, r, public{key: key, shared: true, make: func(ctx context.Context) (made, error) {
		b, err := text(ctx)
		if err != nil {
			return made{}, err
		}
		return made{key: key, body: s.body(contentType, b)}, nil
	}})
}

// sitemap lists every page that search engines should know.
func (s *Server) sitemap(w http.ResponseWriter, r *http.Request) error {
	origin := s.siteOrigin(r)
	return s.sendText(w, r, "application/xml; charset=utf-8", func(ctx context.Context) ([]byte, error) {
		snap := s.pinned(ctx)
		var m sitemap
		for _, l := range languages(snap) {
			m.URLs = append(m.URLs, sitemapURL{Loc: origin + s.homePath(ctx, l)})
		}
		for _, list := range [][]blog.Post{snap.Posts(""), snap.Pages()} {
			for _, p := range list {
				if p.Draft || len(m.URLs) >= sitemapLimit {
					continue
				}
				u := sitemapURL{Loc: absolute(origin, p.Path)}
				if t := updated(p); !t.IsZero() {
					u.LastMod = stamp(t)
				}
				m.URLs = append(m.URLs, u)
			}
		}
		return marshalXML(m)
	})
}

// robots tells crawlers where the map is, and to leave the many views of one discussion alone.
func (s *Server) robots(w http.ResponseWriter, r *http.Request) error {
	origin := s.siteOrigin(r)
	return s.sendText(w, r, "text/plain; charset=utf-8", func(context.Context) ([]byte, error) {
		return []byte("User-agent: *\nDisallow: /blog/*/comments\nDisallow: /*?at=\nDisallow: /*?reply=\nDisallow: /me/\n\n" +
			"Sitemap: " + origin + "/sitemap.xml\n"), nil
	})
}
