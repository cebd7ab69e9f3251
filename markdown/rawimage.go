package markdown

import (
	"strings"

	xhtml "golang.org/x/net/html"
)

// refine leads what HTML of the author's refers to where Markdown's links and pictures lead, and writes the tag anew if
// something changed.
func (st *state) refine(t xhtml.Token, raw string, offset int) string {
	switch t.Data {
	case "picture":
		st.framed = t.Type == xhtml.StartTagToken
	case "img":
		if t.Type != xhtml.EndTagToken {
			return st.rawPicture(t, raw, offset)
		}
	case "a", "area":
		return st.rewrite(t, raw, func(a *xhtml.Attribute) bool { return a.Key == "href" && st.rawLink(a) })
	case "source", "video", "audio", "track":
		return st.rewrite(t, raw, st.rawMedia)
	}
	return raw
}

// rewrite writes t anew if change changed one of its attributes.
func (st *state) rewrite(t xhtml.Token, raw string, change func(*xhtml.Attribute) bool) string {
	changed := false
	for i := range t.Attr {
		changed = change(&t.Attr[i]) || changed
	}
	if !changed {
		return raw
	}
	return t.String()
}

func (st *state) rawLink(a *xhtml.Attribute) bool {
	found, ok := st.refer(strings.TrimSpace(a.Val))
	if ok {
		a.Val = found.url
	}
	return ok
}

// rawMedia finds films, sounds and the pictures that a <picture> offers.
func (st *state) rawMedia(a *xhtml.Attribute) bool {
	switch a.Key {
	case "src", "poster":
		src, ok := st.file(a.Val)
		if ok {
			a.Val = src
		}
		return ok
	case "srcset":
		set, ok := st.srcset(a.Val)
		if ok {
			a.Val = set
		}
		return ok
	}
	return false
}

func (st *state) file(src string) (string, bool) {
	if p, ok := st.around.Picture(strings.TrimSpace(src)); ok && !p.Missing {
		return p.Src, true
	}
	return "", false
}

func (st *state) srcset(set string) (string, bool) {
	changed := false
	parts := strings.Split(set, ",")
	for i, part := range parts {
		fields := strings.Fields(part)
		if len(fields) == 0 {
			continue
		}
		if src, ok := st.file(fields[0]); ok {
			fields[0] = src
			changed = true
		}
		parts[i] = strings.Join(fields, " ")
	}
	return strings.Join(parts, ", "), changed
}

// rawPicture gives an <img> of the author's what a picture of Markdown's has. One that is no file of this site stays as it
// was written.
func (st *state) rawPicture(t xhtml.Token, raw string, offset int) string {
	tag := imageTag{framed: st.framed}
	src, alt, own := "", "", false
	for _, a := range t.Attr {
		switch a.Key {
		case "src":
			src = strings.TrimSpace(a.Val)
		case "alt":
			alt = a.Val
		case "title":
			tag.title = a.Val
		case "loading":
			tag.lazy = a.Val
		case "srcset", "sizes":
			own = true
		case "decoding":
		default:
			tag.more = append(tag.more, property{a.Key, a.Val})
		}
	}
	if src == "" || !safeMedia(src) {
		return raw
	}
	tag.picture = st.picture(src, alt, offset)
	if _, found := st.around.Picture(src); !found || own {
		return raw
	}
	if tag.lazy == "" && len(st.pictures) > 1 {
		tag.lazy = "lazy"
	}
	return tag.String()
}
