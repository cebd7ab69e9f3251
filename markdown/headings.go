package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"vang/blog"
)

// shapeHeadings gives headings their levels and ids and writes the table of contents. The page's title is the only heading
// of level 1: where the text has some of its own, all its headings move down by one.
func (st *state) shapeHeadings(headings []*ast.Heading) {
	headings = st.dropTitle(headings)
	demote := 0
	for _, h := range headings {
		if h.Level == 1 {
			demote = 1
		}
		st.cleanAttributes(h)
	}
	for _, h := range headings {
		if id, ok := attribute(h, "id"); ok {
			st.setID(h, id)
		}
	}
	for _, h := range headings {
		h.Level = min(h.Level+demote, 6)
		title := plainText(h, st.source)
		id, ok := attribute(h, "id")
		if !ok {
			id = headingID(title)
			st.setID(h, id)
			id, _ = attribute(h, "id")
		}
		if h.Level >= 2 && h.Level <= 4 && h.Parent().Kind() == ast.KindDocument && title != "" && listed(h) {
			st.headings = append(st.headings, blog.Heading{Level: h.Level, ID: id, Text: title})
		}
	}
}

// listed tells whether a heading stands in tables of contents: kramdown and Pandoc leave those of these classes out.
func listed(h *ast.Heading) bool {
	class, _ := attribute(h, "class")
	for name := range strings.FieldsSeq(class) {
		if has(" no_toc no-toc notoc unlisted ", name) {
			return false
		}
	}
	return true
}

// dropTitle takes a first heading away that only repeats the page's title.
func (st *state) dropTitle(headings []*ast.Heading) []*ast.Heading {
	if len(headings) == 0 || st.options.Title == "" {
		return headings
	}
	h := headings[0]
	if h.Level != 1 || h.PreviousSibling() != nil || h.Parent().Kind() != ast.KindDocument {
		return headings
	}
	if plainText(h, st.source) != strings.Join(strings.Fields(st.options.Title), " ") {
		return headings
	}
	h.Parent().RemoveChild(h.Parent(), h)
	return headings[1:]
}

func (st *state) setID(h *ast.Heading, id string) {
	h.SetAttributeString("id", []byte(st.ids.claim(id)))
}

// cleanAttributes keeps of the attributes that an author wrote behind a heading those that do nothing.
func (st *state) cleanAttributes(h *ast.Heading) {
	all := h.Attributes()
	h.RemoveAttributes()
	for _, a := range all {
		name := strings.ToLower(string(a.Name))
		value, ok := attributeText(a.Value)
		switch {
		case ok && name == "id" && !strings.ContainsAny(value, " \t\n\"'<>") && value != "":
			h.SetAttributeString("id", []byte(value))
		case ok && (name == "class" || name == "lang" || name == "title" || name == "dir"):
			h.SetAttributeString(name, []byte(value))
		default:
			st.warn(h.Pos(), "the attribute %.40q of this heading is left out: a heading takes id, class, lang, dir and title", name)
		}
	}
}

func attribute(n ast.Node, name string) (string, bool) {
	v, ok := n.AttributeString(name)
	if !ok {
		return "", false
	}
	return attributeText(v)
}

func attributeText(v any) (string, bool) {
	switch v := v.(type) {
	case []byte:
		return string(v), true
	case string:
		return v, true
	}
	return "", false
}
