package export

import (
	"context"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// address is where a link of this site leads among the files, as an absolute path with its fragment, and its place.
func (c *crawl) address(to *url.URL) (link, at string) {
	for range 8 { // former addresses lead on
		next := c.movedTo(to)
		if next == nil || !c.ours(next) {
			break
		}
		next = to.ResolveReference(next)
		if next.Fragment == "" {
			next.Fragment, next.RawFragment = to.Fragment, to.RawFragment
		}
		to = next
	}
	at = place(tidy(to), c.kindOf(to))
	link = (&url.URL{Path: at}).EscapedPath()
	if to.Fragment != "" {
		link += "#" + to.EscapedFragment()
	}
	return link, at
}

func (c *crawl) movedTo(u *url.URL) *url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved[u.Path]
}

// kindOf is the type of what stands at an address, guessed where nothing does.
func (c *crawl) kindOf(u *url.URL) string {
	c.mu.Lock()
	kind := c.kinds[tidy(u).String()]
	c.mu.Unlock()
	switch ext := strings.ToLower(path.Ext(u.Path)); {
	case kind != "":
		return kind
	case strings.HasSuffix(u.Path, "/"), ext == ".html", ext == ".htm", !looksLikeFile(ext):
		return "text/html"
	}
	return "application/octet-stream"
}

// looksLikeFile tells the ending of a file from the last part of a slug such as "go-1.26".
func looksLikeFile(ext string) bool {
	if len(ext) < 2 || len(ext) > 13 {
		return false
	}
	letters := false
	for _, r := range ext[1:] {
		switch {
		case r >= 'a' && r <= 'z':
			letters = true
		case r >= '0' && r <= '9':
		default:
			return false
		}
	}
	return letters
}

// redirects writes a page for each former address, which leads on without a server, and a list for hosts that read one
// (Netlify, Cloudflare Pages and others).
func (c *crawl) redirects() error {
	for from, to := range c.options.Redirects {
		if u, err := url.Parse(to); err == nil {
			c.moved[from] = u
		}
	}
	var list strings.Builder
	for _, former := range slices.Sorted(maps.Keys(c.moved)) {
		from, u := place(&url.URL{Path: former}, "text/html"), c.moved[former]
		to, way := u.String(), u.String()
		if c.ours(u) {
			var at string
			to, at = c.address(u)
			way = relative(from, at) + strings.TrimPrefix(to, (&url.URL{Path: at}).EscapedPath())
		}
		fresh, err := c.put(from, former, leadOn(way))
		if err != nil {
			return err
		}
		if !fresh {
			continue // with or without a slash, it is the page itself
		}
		c.report.Redirects++
		fmt.Fprintf(&list, "%s %s 301\n", (&url.URL{Path: former}).EscapedPath(), to)
	}
	if list.Len() == 0 {
		return nil
	}
	_, err := c.put("/_redirects", "_redirects", []byte(list.String()))
	return err
}

// leadOn is a page that leads to another one at once, and says so where a browser does not.
func leadOn(to string) []byte {
	to = html.EscapeString(to)
	return []byte("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + to + "</title>" +
		"<meta http-equiv=\"refresh\" content=\"0; url=" + to + "\"><meta name=\"robots\" content=\"noindex\"><link rel=\"canonical\" href=\"" + to + "\"></head>" +
		"<body><p><a href=\"" + to + "\">" + to + "</a></p></body></html>\n")
}

// notFoundPage writes what most hosts show where nothing is. Its links cannot be relative, since it stands anywhere.
func (c *crawl) notFoundPage(ctx context.Context) error {
	u := &url.URL{Path: "/404.html"}
	a, err := c.ask(ctx, u)
	if err != nil {
		return fmt.Errorf("ask for the page of what is not there: %w", err)
	}
	if a.status != http.StatusNotFound || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return nil
	}
	_, err = c.put("/404.html", "/404.html", c.rewrite(a.body.Bytes(), u, ""))
	return err
}
