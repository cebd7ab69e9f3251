package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"vang/blog"
)

// hostShape is a name or an address with an optional port. What is more exotic is no address of this blog.
var hostShape = regexp.MustCompile(`^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$`)

func wellShapedHost(host string) bool { return hostShape.MatchString(host) }

// Origin is a base URL in the one form in which the site uses it: scheme and host, in small letters, without a slash at
// the end.
func Origin(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("base URL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || !wellShapedHost(u.Host) || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" ||
		u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("base URL %q: want a scheme and a host, such as https://example.org", base)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// origin is scheme and host for absolute addresses: the operator's, else the request's, whose host has been looked at.
func (s *Server) siteOrigin(r *http.Request) string {
	if s.base != "" {
		return s.base
	}
	scheme := "http://"
	if visitOf(r.Context()).secure {
		scheme = "https://"
	}
	return scheme + strings.ToLower(r.Host)
}

// cacheOrigin is what a cached page's key holds of the address: nothing where the operator fixed it.
func (s *Server) cacheOrigin(r *http.Request) string {
	if s.base != "" {
		return ""
	}
	return s.siteOrigin(r)
}

// withQuery puts pairs of names and values behind a path; a pair without a value is left out.
func withQuery(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// discussionPath is where a post's comments are sent and listed, whatever the post's own address is.
func discussionPath(slug string) string { return "/blog/" + url.PathEscape(slug) + "/comments" }

// commentPath leads to one comment, on whatever page it now stands. notice is a code that the page puts into words.
func commentPath(p blog.Post, id, notice string) string {
	return withQuery(p.Path, "at", id, "notice", notice) + "#c-" + id
}

// firstPart is what stands before a path's second slash.
func firstPart(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

// homePath is the listing of a language.
func (s *Server) homePath(ctx context.Context, lang blog.Lang) string {
	if lang == s.pinned(ctx).Site().Lang {
		return "/"
	}
	return "/" + lang + "/"
}

// below puts a path under a language's listing.
func (s *Server) below(ctx context.Context, lang blog.Lang, parts ...string) string {
	esc := make([]string, len(parts))
	for i, p := range parts {
		esc[i] = url.PathEscape(p)
	}
	return s.homePath(ctx, lang) + strings.Join(esc, "/")
}

// pageNumber reads ?page=N; ok is false for what is none.
func pageNumber(r *http.Request) (int, bool) {
	v := r.URL.Query().Get("page")
	if v == "" {
		return 1, true
	}
	n, err := strconv.Atoi(v)
	return n, err == nil && n >= 1 && strconv.Itoa(n) == v
}
