package web

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// linking are the attributes that hold an address, of elements that readers elsewhere follow or load. Those of drawings and
// formulas stay: there a # means the drawing itself.
func linking(element string) []string {
	switch element {
	case "a", "area", "link":
		return []string{"href"}
	case "img", "source":
		return []string{"src", "srcset"}
	case "video":
		return []string{"src", "poster"}
	case "audio", "track", "iframe", "embed":
		return []string{"src"}
	case "object":
		return []string{"data"}
	case "blockquote", "q", "ins", "del":
		return []string{"cite"}
	}
	return nil
}

// absoluteLinks is the text of the page at base, for reading elsewhere: its addresses have scheme and host, and the marks to
// link to its headings are left out.
func absoluteLinks(base, text string) string {
	at, err := url.Parse(base)
	if err != nil {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	z := html.NewTokenizer(strings.NewReader(text))
	for skipped := false; ; {
		switch z.Next() {
		case html.ErrorToken: // its end; what is there of a tag cut off is dropped
			return b.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			t := z.Token()
			if skipped = isAnchor(t); !skipped {
				b.WriteString(absoluteTag(at, t, raw))
			}
		case html.EndTagToken:
			if !skipped {
				b.Write(z.Raw())
			}
			skipped = false
		default:
			b.Write(z.Raw())
		}
	}
}

// isAnchor tells whether t begins the empty link beside a heading.
func isAnchor(t html.Token) bool {
	return t.Data == "a" && slices.Contains(t.Attr, html.Attribute{Key: "class", Val: "anchor"})
}

// absoluteTag is a tag whose addresses are absolute; one that has none to change stays as it was written.
func absoluteTag(at *url.URL, t html.Token, raw string) string {
	names, changed := linking(t.Data), false
	for i, a := range t.Attr {
		if !slices.Contains(names, a.Key) {
			continue
		}
		resolve := resolved
		if a.Key == "srcset" {
			resolve = resolvedSet
		}
		if to := resolve(at, a.Val); to != a.Val {
			t.Attr[i].Val, changed = to, true
		}
	}
	if !changed {
		return raw
	}
	return t.String()
}

func resolved(at *url.URL, address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.IsAbs() {
		return address
	}
	return at.ResolveReference(u).String()
}

// resolvedSet is a srcset with absolute addresses. Ours hold no comma: those of a path are escaped.
func resolvedSet(at *url.URL, set string) string {
	candidates := strings.Split(set, ",")
	for i, c := range candidates {
		address, size, _ := strings.Cut(strings.TrimSpace(c), " ")
		candidates[i] = strings.TrimSpace(resolved(at, address) + " " + size)
	}
	return strings.Join(candidates, ", ")
}
