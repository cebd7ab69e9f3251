package markdown

import (
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// shapeLinks leads links to files to the posts that they become, and turns what would run code into its text.
func (st *state) shapeLinks(links []ast.Node) {
	var gone []ast.Node
	for _, n := range links {
		switch n := n.(type) {
		case *ast.Link:
			if written, wiki := attribute(n, "wiki"); wiki {
				st.shapeWikilink(n, written)
			} else if !st.shapeLink(n) {
				gone = append(gone, n)
			}
		case *ast.AutoLink:
			if target := unescape(n.URL(st.source)); !st.openable(target, n.Pos()) {
				gone = append(gone, n)
			}
		}
	}
	unwrap(gone, st.source)
}

// shapeLink tells whether n stays a link.
func (st *state) shapeLink(n *ast.Link) bool {
	target := unescape(n.Destination) // goldmark resolves entities when it writes the link
	if !st.openable(target, n.Pos()) {
		return false
	}
	found, ok := st.refer(target)
	switch {
	case ok:
		n.Destination = destination(found.url)
		if !n.HasChildren() && found.title != "" {
			n.AppendChild(n, ast.NewString([]byte(found.title)))
		}
	case isDocument(target):
		st.warn(n.Pos(), "the link to %.80q leads nowhere: there is no such file; its text stays", target)
		return false
	}
	return true
}

func (st *state) openable(target string, at int) bool {
	if safeLink(target) {
		return true
	}
	st.warn(at, "the link to %.60q is left out: browsers would not open it safely; use https", target)
	return false
}

// reference is where a link leads.
type reference struct{ url, title string }

// refer finds what a link to target means, if that is a matter of this site's files.
func (st *state) refer(target string) (reference, bool) {
	if _, absolute := schemeOf(target); absolute || target == "" || strings.HasPrefix(target, "//") || strings.HasPrefix(target, "?") {
		return reference{}, false
	}
	if fragment, own := strings.CutPrefix(target, "#"); own {
		id, ok := st.ownAnchor(fragment)
		return reference{url: "#" + id}, ok
	}
	if url, title, ok := st.around.Link(target); ok {
		return reference{url, title}, true
	}
	if isPicture(target) {
		if p, ok := st.around.Picture(target); ok && !p.Missing {
			return reference{url: p.Src}, true
		}
	}
	return reference{}, false
}

// ownAnchor finds the heading that a fragment of another tool means: "#đường-phố" where the id here is "duong-pho".
func (st *state) ownAnchor(fragment string) (id string, ok bool) {
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	if fragment == "" || st.ids[fragment] {
		return "", false
	}
	id = headingID(fragment)
	return id, st.ids[id] && !isPageID(id)
}

func isPageID(id string) bool { return has(" "+strings.Join(pageIDs(), " ")+" ", id) }

// isDocument tells whether a link can only be meant for a file of text in the content folder.
func isDocument(target string) bool {
	if _, absolute := schemeOf(target); absolute || strings.HasPrefix(target, "//") {
		return false // of another site, such as https://example.org/README.md
	}
	name, _, _ := strings.Cut(target, "#")
	name, _, _ = strings.Cut(name, "?")
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mdx", ".rmd":
		return true
	}
	return strings.HasPrefix(name, "@/") // Zola's
}

func isPicture(target string) bool {
	name, _, _ := strings.Cut(target, "#")
	name, _, _ = strings.Cut(name, "?")
	return has(" .png .jpg .jpeg .gif .webp .avif .svg ", strings.ToLower(path.Ext(name)))
}
