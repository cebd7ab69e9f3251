package export

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// rewrite is a page of the blog as a file: its links lead to files, and what only a server can do is gone. at is its place; links
// of a page that has none stay absolute paths.
func (c *crawl) rewrite(body []byte, u *url.URL, at string) []byte {
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return body // nested beyond what browsers take: as it is
	}
	p := &pageWriter{crawl: c, here: u, at: at}
	p.children(doc)
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		return body
	}
	return b.Bytes()
}

type pageWriter struct {
	*crawl
	here *url.URL
	at   string
}

func (p *pageWriter) children(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		if n.Type == html.ElementNode {
			if p.live(n) {
				parent.RemoveChild(n)
			} else {
				p.attributes(n)
				p.children(n)
				if n.DataAtom == atom.Li && n.FirstChild == nil && len(n.Attr) == 0 {
					parent.RemoveChild(n) // its only link needed a server
				}
			}
		}
		n = next
	}
}

// live tells whether an element means something on a server alone: scripts, forms, the socket, what tells of the connection, what
// answers or changes a comment, and links to what is not exported.
func (p *pageWriter) live(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script:
		kind := attr(n, "type")
		return kind == "" || kind == "module" || strings.Contains(kind, "javascript") || kind == "speculationrules"
	case atom.Form, atom.Dialog:
		return true
	case atom.A, atom.Link:
		if u, err := p.here.Parse(attr(n, "href")); err == nil && p.ours(u) && attr(n, "href") != "" {
			return p.skipped(u)
		}
	case atom.Meta:
		return attr(n, "name") == "htmx-config"
	}
	switch attr(n, "id") {
	case "live", "changed", "notice", "news", "comment-form", "form-home", "announce":
		return true
	}
	for class := range strings.FieldsSeq(attr(n, "class")) {
		switch class {
		case "acts", "slot", "news", "to-form":
			return true
		case "status":
			return n.Parent != nil && strings.Contains(attr(n.Parent, "class"), "discussion-head")
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (p *pageWriter) attributes(n *html.Node) {
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "data-hx-"), a.Key == "data-list", a.Key == "data-desk":
			continue
		case a.Key == "href" || a.Key == "src" || a.Key == "poster":
			a.Val = p.link(a.Val)
		case a.Key == "srcset" || a.Key == "imagesrcset":
			a.Val = p.srcset(a.Val)
		case a.Key == "content" && n.DataAtom == atom.Meta:
			a.Val = p.meta(n, a.Val)
		}
		kept = append(kept, a)
	}
	n.Attr = kept
}

// meta follows the pictures and addresses that a page names for those who share it.
func (p *pageWriter) meta(n *html.Node, value string) string {
	switch attr(n, "property") + attr(n, "name") {
	case "og:image", "twitter:image", "og:url", "og:image:url":
		return p.link(value)
	}
	return value
}

func (p *pageWriter) srcset(value string) string {
	parts := strings.Split(value, ",")
	for i, part := range parts {
		if words := strings.Fields(part); len(words) > 0 {
			words[0] = p.link(words[0])
			parts[i] = strings.Join(words, " ")
		}
	}
	return strings.Join(parts, ", ")
}

// link has an address of this site lead to its file, and sees to it that the file is written.
func (p *pageWriter) link(raw string) string {
	if raw == "" || raw[0] == '#' {
		return raw
	}
	to, err := p.here.Parse(raw)
	if err != nil || !p.ours(to) || to.Scheme != "" && to.Host == "" || p.skipped(to) {
		return raw
	}
	absolute := strings.HasPrefix(raw, "http:") || strings.HasPrefix(raw, "https:")
	if to.Query().Get("at") != "" { // a comment's own address: it stands on this page
		to = &url.URL{Path: p.here.Path, RawPath: p.here.RawPath, RawQuery: p.here.RawQuery, Fragment: to.Fragment}
	}
	p.want(to, p.here.String())
	link, at := p.crawl.address(to)
	fragment := strings.TrimPrefix(link, (&url.URL{Path: at}).EscapedPath())
	switch {
	case absolute:
		return p.origin.Scheme + "://" + p.origin.Host + link
	case p.at == "":
		return link
	case at == p.at && fragment != "":
		return fragment
	}
	return relative(p.at, at) + fragment
}
