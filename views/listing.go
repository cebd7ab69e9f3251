package views

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"vang/blog"
)

// coverSizes is how wide the picture of an entry is: as wide as the text, see --measure.
const coverSizes = "(min-width: 44rem) 42rem, 100vw"

func (l Listing) homeTitle(w *Catalogue) string {
	switch {
	case l.Page > 1:
		return Fill(w.PostsPage, "page", itoa(l.Page))
	case l.Intro != nil && l.Intro.Post.Title != "" && l.Intro.Post.Title != l.Site:
		return l.Intro.Post.Title
	case l.Tagline != "":
		return l.Tagline
	}
	return w.Posts
}

func (l Listing) homeSummary() string {
	switch {
	case l.Page > 1:
		return ""
	case l.Intro != nil && (l.Intro.Post.Summary != "" || l.Intro.Document.HTML != ""):
		return l.Intro.Post.Summary
	case l.Description != l.Tagline:
		return l.Description
	}
	return ""
}

// back and forth are the words for the neighbouring pages: a series goes on, all else goes back in time.
func (l Listing) back(w *Catalogue) string {
	if l.Kind == "series" {
		return w.PreviousPart
	}
	return w.Newer
}

func (l Listing) forth(w *Catalogue) string {
	if l.Kind == "series" {
		return w.NextPart
	}
	return w.Older
}

// ownFeeds is what readers are offered of this very list: the feed that every program reads. Programs find the others.
func (l Listing) ownFeeds() []Feed {
	if l.Kind == "home" {
		return nil
	}
	var own []Feed
	for _, f := range l.Feeds {
		if f.Own && f.Type == "application/rss+xml" {
			own = append(own, f)
		}
	}
	return own
}

// link is an address and its words.
type link struct{ Label, URL string }

// links are the places where an author is found elsewhere, called by where they are.
func (a Author) links() []link {
	var list []link
	seen := map[string]bool{}
	for _, to := range append([]string{a.URL}, a.Me...) {
		if to == "" || seen[to] {
			continue
		}
		seen[to] = true
		list = append(list, link{Label: labelOf(to), URL: to})
	}
	return list
}

// labelOf is an address as people say it: without its scheme.
func labelOf(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return address
	case u.Scheme == "mailto":
		return u.Opaque
	case u.Host == "":
		return strings.Trim(address, "/")
	}
	return strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.Path, "/")
}

func imageAttributes(p blog.Picture, first bool, sizes string) templ.OrderedAttributes {
	var a templ.OrderedAttributes
	set := func(name, value string) {
		if value != "" && value != "0" {
			a = append(a, templ.KV[string, any](name, value))
		}
	}
	set("src", p.Src)
	if p.Srcset != "" {
		set("srcset", p.Srcset)
		set("sizes", sizes)
	}
	set("width", itoa(p.Width))
	set("height", itoa(p.Height))
	if !first {
		set("loading", "lazy")
	}
	set("decoding", "async")
	return a
}

// photoAttributes are those of a square, whatever the picture's own shape is.
func photoAttributes(p blog.Picture, side int) templ.OrderedAttributes {
	p.Width, p.Height = side, side
	return imageAttributes(p, true, itoa(side)+"px")
}

// langOf marks text in another language than what is around it.
func langOf(lang, around blog.Lang) templ.Attributes {
	if l := foreign(lang, around); l != "" {
		return templ.Attributes{"lang": l}
	}
	return nil
}

// titleOf is a post's title, or its slug where the author gave none: a link needs words.
func titleOf(p blog.Post) string {
	if p.Title == "" {
		return p.Slug
	}
	return p.Title
}
