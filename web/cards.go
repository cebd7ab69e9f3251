package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vang/blog"
	"vang/cards"
	"vang/views"
)

// Cards draws the pictures for shares of posts that have none of their own.
type Cards interface {
	Card(ctx context.Context, c cards.Card) (png []byte, err error)
}

// cardPattern is where cards lie: by their version, so that they can be kept forever.
const cardPattern = "GET /cards/{version}/{path...}"

// cardRoutes are the drawn pictures.
func (s *Server) cardRoutes() []route {
	return []route{{cardPattern, s.card, assetGroup()}}
}

// cardOf is what a post's card says; ok is false where none is drawn, or where its letters cannot be.
func (s *Server) cardOf(ctx context.Context, p blog.Post) (c cards.Card, ok bool) {
	if s.deps.Cards == nil || !cards.Legible(p.Title) {
		return cards.Card{}, false
	}
	site := s.pinned(ctx).Site()
	c = cards.Card{Title: p.Title, Site: or(site.Titles[p.Lang], site.Title), Lang: p.Lang}
	if !p.Page {
		names := make([]string, len(p.Authors))
		for i, a := range p.Authors {
			names[i] = a.Name
		}
		if c.By = strings.Join(names, ", "); !cards.Legible(c.By) {
			c.By = ""
		}
		if !p.Date.IsZero() {
			c.Date = views.Words(p.Lang).Date(p.Date)
		}
	}
	if !cards.Legible(c.Site) {
		c.Site = ""
	}
	return c, true
}

// cardPath is the address of a post's card, "" if it has none.
func (s *Server) cardPath(ctx context.Context, p blog.Post) string {
	c, ok := s.cardOf(ctx, p)
	if !ok {
		return ""
	}
	return "/cards/" + c.Version() + "/" + strings.Trim(p.Path, "/") + ".png"
}

// shareCard gives a page whose author gave it no picture the one that is drawn.
func (s *Server) shareCard(ctx context.Context, origin string, page *views.PostPage) {
	if path := s.cardPath(ctx, page.Post); path != "" {
		page.Image, page.ImageAlt = absolute(origin, path), page.Post.Title
		page.ImageWidth, page.ImageHeight = cards.Width, cards.Height
	}
}

// cardOwner finds the post or page at a path, or that was once there. The slash at the path's end, which is not in the card's
// address, is found as a former address is.
func (s *Server) cardOwner(ctx context.Context, path string) (blog.Post, bool) {
	snap := s.pinned(ctx)
	if p, ok := snap.At(path); ok {
		return p, true
	}
	if to, ok := snap.Redirect(path); ok {
		return snap.At(to)
	}
	return blog.Post{}, false
}

// card answers with a drawn picture. Under another version than its own it must not be stored: the post was changed since,
// or will be on this replica in a moment.
func (s *Server) card(w http.ResponseWriter, r *http.Request) error {
	p, ok := s.cardOwner(r.Context(), "/"+strings.TrimSuffix(r.PathValue("path"), ".png"))
	if !ok {
		return blog.E(blog.NotFound, nil)
	}
	c, ok := s.cardOf(r.Context(), p)
	if !ok {
		return blog.E(blog.NotFound, nil)
	}
	png, err := s.deps.Cards.Card(r.Context(), c)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "no-store")
	if r.PathValue("version") == c.Version() {
		h.Set("Cache-Control", forever)
		h.Set("ETag", strconv.Quote(c.Version()))
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(png))
	return nil
}
