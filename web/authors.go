package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"vang/blog"
	"vang/views"
)

// authorPath is the address of a writer's page here; "" for one of whom it would tell nothing that the blog does not.
func (s *Server) authorPath(ctx context.Context, lang blog.Lang, p blog.Person) string {
	if p.Slug == "" || (p.Bio == "" && p.Picture == "" && len(s.pinned(ctx).Authors()) < 2) {
		return ""
	}
	if _, list := s.pinned(ctx).ByAuthor(lang, p.Slug); list.Len() == 0 {
		return ""
	}
	return s.below(ctx, lang, authorShelf, p.Slug)
}

// author is a writer as pages show them.
func (s *Server) author(ctx context.Context, lang blog.Lang, p blog.Person) views.Author {
	_, list := s.pinned(ctx).ByAuthor(lang, p.Slug)
	return views.Author{
		Person: p, Page: cmp.Or(s.authorPath(ctx, lang, p), p.URL), Posts: list.Len(),
		Photo: s.resolvePicture(ctx, settings(), p.Picture),
	}
}

// settings stands for the file that names the pictures of the site and its authors.
func settings() blog.Post { return blog.Post{Source: "site.yaml"} }

// byline is the writers of a post.
func (s *Server) byline(ctx context.Context, p blog.Post) []views.Author {
	list := make([]views.Author, 0, len(p.Authors))
	for _, a := range p.Authors {
		if a.Name != "" {
			list = append(list, s.author(ctx, p.Lang, a))
		}
	}
	return list
}

// authors are those who wrote in a language, the busiest first.
func (s *Server) authors(ctx context.Context, lang blog.Lang) []views.Author {
	var list []views.Author
	for _, a := range s.pinned(ctx).Authors() {
		if v := s.author(ctx, lang, a.Person); v.Posts > 0 && a.Slug != "" {
			v.Page = s.below(ctx, lang, authorShelf, a.Slug)
			list = append(list, v)
		}
	}
	slices.SortStableFunc(list, func(x, y views.Author) int { return y.Posts - x.Posts })
	return list
}

// meOf are the profiles elsewhere that are a person's own.
func meOf(p blog.Person, more ...string) []string {
	var list []string
	for _, to := range slices.Concat(more, p.Me) {
		if to != "" && !slices.Contains(list, to) {
			list = append(list, to)
		}
	}
	return list
}

// fediverse is the address in the Fediverse of the first profile that looks like one: https://example.org/@an is
// @an@example.org.
func fediverse(people []blog.Person, more []string) string {
	var profiles []string
	for _, p := range people {
		profiles = append(profiles, meOf(p)...)
	}
	for _, profile := range append(profiles, more...) {
		u, err := url.Parse(profile)
		if err != nil || u.Scheme != "https" {
			continue
		}
		name, isUser := strings.CutPrefix(strings.TrimSuffix(u.Path, "/"), "/@")
		if isUser && name != "" && !strings.ContainsAny(name, "/@") && !largeHosts(u.Host) {
			return "@" + name + "@" + u.Host
		}
	}
	return ""
}

// largeHosts have addresses of the same shape and are not in the Fediverse.
func largeHosts(host string) bool {
	return slices.Contains([]string{"youtube.com", "medium.com", "tiktok.com"}, strings.TrimPrefix(host, "www."))
}
