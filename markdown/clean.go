package markdown

import (
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// clean parses a rendered document as a browser would and keeps what policy allows. Parsing also closes what the author
// left open, so that no stray tag reaches out of the text into the page around it.
func clean(markup string, reserved []string) (string, error) {
	nodes, err := xhtml.ParseFragment(strings.NewReader(markup), &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil { // nested beyond what browsers take
		return "", err
	}
	c := cleaner{ids: newIDs(reserved)}
	root := &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	c.children(root)
	var b strings.Builder
	b.Grow(len(markup))
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if err := xhtml.Render(&b, n); err != nil {
			return "", err
		}
	}
	// The renderer closes void elements as XML does. It escapes ">" everywhere else.
	return strings.ReplaceAll(b.String(), "/>", ">"), nil
}

type cleaner struct {
	ids    ids
	images int
}

func (c *cleaner) children(parent *xhtml.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		switch n.Type {
		case xhtml.ElementNode:
			if first := c.element(parent, n); first != nil {
				next = first
			}
		case xhtml.TextNode:
		default:
			parent.RemoveChild(n)
		}
		n = next
	}
}

// element cleans or removes n. It returns the first of the nodes that took n's place, nil if n stayed or nothing did.
func (c *cleaner) element(parent, n *xhtml.Node) *xhtml.Node {
	fate := fateOf(strings.ToLower(n.Data))
	switch {
	case n.Data == "title" && n.Namespace == "svg", isTaskBox(n):
		fate = keep
	case n.Namespace == "" && has(keptInSVG+keptInMathML, n.Data) && !has(keptElements, n.Data):
		fate = unwrapped // it means nothing outside of a drawing
	}
	switch fate {
	case dropped:
		parent.RemoveChild(n)
		return nil
	case keep:
		c.attributes(n)
		c.children(n)
		return nil
	}
	first := n.FirstChild
	for child := n.FirstChild; child != nil; child = n.FirstChild {
		n.RemoveChild(child)
		parent.InsertBefore(child, n)
	}
	parent.RemoveChild(n)
	return first
}

// isTaskBox finds the boxes that the renderer itself made.
func isTaskBox(n *xhtml.Node) bool {
	kind, disabled := "", false
	for _, a := range n.Attr {
		switch a.Key {
		case "type":
			kind = a.Val
		case "disabled":
			disabled = true
		}
	}
	return n.Data == "input" && n.Namespace == "" && kind == "checkbox" && disabled
}

func (c *cleaner) attributes(n *xhtml.Node) {
	kept := n.Attr[:0]
	lazy := n.Data == "img"
	for _, a := range n.Attr {
		if !keepAttribute(n, a) || (a.Key == "id" && !c.claim(a.Val)) {
			continue
		}
		lazy = lazy && a.Key != "loading"
		kept = append(kept, a)
	}
	n.Attr = kept
	switch n.Data {
	case "img":
		if c.images++; lazy && c.images > 1 {
			n.Attr = append(n.Attr, xhtml.Attribute{Key: "loading", Val: "lazy"})
		}
	case "h1": // the page's title is the only one
		n.Data, n.DataAtom = "h2", atom.H2
	}
}

// claim tells whether nobody has id yet.
func (c *cleaner) claim(id string) bool {
	if id == "" || c.ids[id] || isCommentID(id) {
		return false
	}
	c.ids[id] = true
	return true
}
