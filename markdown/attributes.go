package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// property is one attribute that an author wrote in braces. Each class is one of its own.
type property struct{ name, value string }

var (
	attributeList = regexp.MustCompile(`^\{:?[ \t]*((?:` + attributeItem + `[ \t,]*)+)\}`)
	attributeOne  = regexp.MustCompile(attributeItem)
)

const attributeItem = `(?:[#.][\pL\pN_][\pL\pN_:.-]*|[A-Za-z][\w:-]*=(?:"[^"\n]*"|'[^'\n]*'|[^\s}"',]+)|[A-Za-z][\w-]*)`

// parseAttributes reads "{.class #id key=value}" and kramdown's "{: ...}" at the beginning of s, and how long it is.
func parseAttributes(s string) (list []property, length int) {
	if strings.HasPrefix(s, "{{") || strings.HasPrefix(s, "{%") {
		return nil, 0
	}
	m := attributeList.FindStringSubmatch(s)
	if m == nil {
		return nil, 0
	}
	for _, item := range attributeOne.FindAllString(m[1], 50) {
		name, value, pair := strings.Cut(item, "=")
		switch {
		case item[0] == '.':
			list = append(list, property{"class", item[1:]})
		case item[0] == '#':
			list = append(list, property{"id", item[1:]})
		case pair:
			list = append(list, property{strings.ToLower(name), strings.Trim(value, `"'`)})
		default:
			list = append(list, property{strings.ToLower(item), ""})
		}
	}
	return list, len(m[0])
}

// takeAttribute takes the attribute called name out of list; its value is nil if it is not there.
func takeAttribute(list []property, name string) (rest []property, value *string) {
	for _, a := range list {
		if a.name == name && value == nil {
			value = &a.value
			continue
		}
		rest = append(rest, a)
	}
	return rest, value
}

// certain tells whether braces can be nothing but attributes: "{note}" in prose is none.
func certain(list []property, raw string) bool {
	for _, a := range list {
		if a.value != "" {
			return true
		}
	}
	return strings.HasPrefix(raw, "{:") && len(list) > 0
}

// setAttributes gives n, which becomes an element of that name, those attributes that may stay in an author's HTML.
func (st *state) setAttributes(n ast.Node, element string, list []property, at int) {
	var classes []string
	for _, a := range list {
		switch {
		case a.name == "class":
			classes = append(classes, a.value)
		case a.name == "id":
			n.SetAttributeString("id", []byte(st.ids.claim(a.value)))
		case a.value == "" && element != "a":
			// a flag of another tool, or a name that kramdown would look up
		case a.name != "disabled" && a.name != "checked" && keepAttribute(&html.Node{Type: html.ElementNode, Data: element}, html.Attribute{Key: a.name, Val: a.value}):
			n.SetAttributeString(a.name, []byte(a.value))
		default:
			st.warn(at, "the attribute %.40q is left out: scripts, styles and data are blocked; use a class", a.name)
		}
	}
	if len(classes) > 0 {
		if had, ok := attribute(n, "class"); ok {
			classes = append([]string{had}, classes...)
		}
		n.SetAttributeString("class", []byte(strings.Join(classes, " ")))
	}
}

// attributesBlock is a line that holds attributes alone, of the block above it or, behind an empty line, below it.
type attributesBlock struct {
	ast.BaseBlock
	list []property
	raw  string
}

// Kind implements ast.Node.
func (*attributesBlock) Kind() ast.NodeKind { return kindAttributes }

// Dump implements ast.Node.
func (n *attributesBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// attributesParser reads lines of attributes.
type attributesParser struct{}

// Trigger implements parser.BlockParser.
func (attributesParser) Trigger() []byte { return []byte{'{'} }

// Open implements parser.BlockParser.
func (attributesParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 {
		return nil, parser.NoChildren
	}
	raw := strings.TrimSpace(string(line[pos:]))
	list, length := parseAttributes(raw)
	if length == 0 || length != len(raw) || !certain(list, raw) {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return &attributesBlock{list: list, raw: raw}, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (attributesParser) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}

// Close implements parser.BlockParser.
func (attributesParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (attributesParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (attributesParser) CanAcceptIndentedLine() bool { return false }

// shapeAttributes gives the attributes of such a line to the block that they are meant for.
func (st *state) shapeAttributes(n *attributesBlock) {
	target := attributesTarget(n)
	n.Parent().RemoveChild(n.Parent(), n)
	if target == nil {
		st.warn(n.Pos(), "the attributes %.60s belong to nothing: write them right below a block", n.raw)
		return
	}
	switch t := target.(type) {
	case *ast.FencedCodeBlock:
		info, _ := attribute(t, "info")
		t.SetAttributeString("info", info+" "+codeInfo(n.list))
	case *ast.Heading:
		for _, a := range n.list {
			t.SetAttributeString(a.name, []byte(a.value))
		}
	default:
		st.setAttributes(t, elementOf(t), n.list, n.Pos())
		st.shapeNotice(t)
	}
}

func attributesTarget(n *attributesBlock) ast.Node {
	previous, next := n.PreviousSibling(), n.NextSibling()
	switch {
	case previous != nil && !n.HasBlankPreviousLines():
		return previous
	case next != nil && next.Type() == ast.TypeBlock && !next.HasBlankPreviousLines():
		return next
	}
	return nil
}

// codeInfo says in the words of a fence what kramdown's attributes say of code.
func codeInfo(list []property) string {
	var b strings.Builder
	for _, a := range list {
		switch language, isLanguage := strings.CutPrefix(a.value, "language-"); {
		case a.name == "class" && isLanguage:
			b.WriteString(language + " ")
		case a.name == "class":
			b.WriteString("." + a.value + " ")
		case !strings.ContainsAny(a.value, `"`):
			b.WriteString(a.name + `="` + a.value + `" `)
		}
	}
	return b.String()
}

func elementOf(n ast.Node) string {
	switch n.Kind() {
	case ast.KindList, ast.KindListItem:
		return "ul"
	case ast.KindBlockquote:
		return "blockquote"
	case ast.KindLink, ast.KindAutoLink:
		return "a"
	case ast.KindImage:
		return "img"
	case extast.KindTable:
		return "table"
	}
	return "p"
}

var noticeClass = regexp.MustCompile(`(?:^|\s)(?:prompt-|notice--|alert-|admonition-)(\w+)(?:\s|$)|(?:^|\s)(notice|alert)(?:\s|$)`)

// shapeNotice makes a callout of a paragraph or quote with the class that a well-known theme of Jekyll has for one.
func (st *state) shapeNotice(n ast.Node) {
	class, _ := attribute(n, "class")
	m := noticeClass.FindStringSubmatch(class)
	if m == nil || (n.Kind() != ast.KindParagraph && n.Kind() != ast.KindBlockquote) {
		return
	}
	kind, ok := calloutKind(m[1])
	if !ok {
		kind = "note"
	}
	c := newNode(kindCallout)
	c.SetAttributeString("kind", kind)
	n.Parent().ReplaceChild(n.Parent(), n, c)
	if n.Kind() == ast.KindBlockquote {
		moveChildren(c, n)
		return
	}
	n.RemoveAttributes()
	c.AppendChild(c, n)
}
