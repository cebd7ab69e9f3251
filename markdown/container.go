package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	rhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// division is a block between two lines of colons: ":::note A title", "::: {.wide #id}", ":::details More".
type division struct {
	ast.BaseBlock
	colons int
	name   string // in small letters; "" if it has attributes alone
	attrs  string // "{...}", "" if there are none
	title  string // as it was typed; the node of a callout's title parses it
	closed bool
}

// Kind implements ast.Node.
func (*division) Kind() ast.NodeKind { return kindContainer }

// Dump implements ast.Node.
func (c *division) Dump(source []byte, level int) { ast.DumpHelper(c, source, level, nil, nil) }

// containerParser reads what Pandoc, Docusaurus, VitePress, Quarto and others write between colons.
type containerParser struct{}

var (
	containerOpen  = regexp.MustCompile(`^(:{3,})[ \t]*(?:([A-Za-z][\w-]*)[ \t]*)?(?:\[([^\]\n]*)\][ \t]*)?(.*?)[ \t]*(?:[ \t]:{3,})?\s*$`)
	containerClose = regexp.MustCompile(`^(:{3,})\s*$`)
	trailingBraces = regexp.MustCompile(`\{[^{}]*\}$`)
)

// Trigger implements parser.BlockParser.
func (containerParser) Trigger() []byte { return []byte{':'} }

// Open implements parser.BlockParser.
func (containerParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if pos < 0 || openContainers(pc) >= deepestContainer {
		return nil, parser.NoChildren
	}
	m := containerOpen.FindSubmatchIndex(line[pos:])
	if m == nil {
		return nil, parser.NoChildren
	}
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return string(line[pos+m[2*i] : pos+m[2*i+1]])
	}
	c := &division{colons: m[3] - m[2], name: strings.ToLower(part(2)), title: part(3)}
	rest := part(4)
	if at := trailingBraces.FindStringIndex(rest); at != nil {
		if _, length := parseAttributes(rest[at[0]:]); length > 0 {
			c.attrs, rest = rest[at[0]:], strings.TrimSpace(rest[:at[0]])
		}
	}
	if c.name == "" && (c.attrs == "" || c.title != "") {
		return nil, parser.NoChildren
	}
	if c.title == "" {
		c.title = strings.Trim(rest, `"`)
	}
	if c.title != "" {
		c.AppendChild(c, titleNode(c.title, line, segment))
	}
	reader.AdvanceToEOL()
	return c, parser.HasChildren
}

// deepestContainer is far beyond what anyone writes; each line of colons is held against all that are open.
const deepestContainer = 20

func openContainers(pc parser.Context) int {
	n := 0
	for _, b := range pc.OpenedBlocks() {
		if b.Node.Kind() == kindContainer {
			n++
		}
	}
	return n
}

// titleNode has goldmark parse the title where it stands in its line.
func titleNode(title string, line []byte, segment text.Segment) ast.Node {
	n := newNode(kindCalloutTitle)
	if at := strings.LastIndex(string(line), title); at >= 0 {
		start := segment.Start + at - segment.Padding
		lines := text.NewSegments()
		lines.Append(text.NewSegment(start, start+len(title)))
		n.SetLines(lines)
	}
	return n
}

// Continue implements parser.BlockParser. A line of colons closes the innermost container that was opened with as many,
// else the innermost one that was opened with fewer: some tools want each level to have one more, others want three for all.
func (containerParser) Continue(n ast.Node, reader text.Reader, pc parser.Context) parser.State {
	line, _ := reader.PeekLine()
	width, pos := util.IndentWidth(line, reader.LineOffset())
	if width > 3 || pos >= len(line) {
		return parser.Continue | parser.HasChildren
	}
	m := containerClose.FindSubmatch(line[pos:])
	if m == nil || closes(n, len(m[1]), pc) != n {
		return parser.Continue | parser.HasChildren
	}
	n.(*division).closed = true
	reader.AdvanceToEOL()
	return parser.Close
}

// closes finds which of the open containers from n inward a line of that many colons closes, nil in a block of code.
func closes(n ast.Node, colons int, pc parser.Context) ast.Node {
	var exact, fewer ast.Node
	seen := false
	for _, b := range pc.OpenedBlocks() {
		seen = seen || b.Node == n
		if !seen {
			continue
		}
		switch c := b.Node.(type) {
		case *division:
			if c.colons == colons {
				exact = c
			}
			if c.colons <= colons {
				fewer = c
			}
		case *ast.FencedCodeBlock:
			return nil
		}
	}
	if exact != nil {
		return exact
	}
	return fewer
}

// Close implements parser.BlockParser.
func (containerParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (containerParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (containerParser) CanAcceptIndentedLine() bool { return false }

// shapeContainer makes a callout, a block that folds, or a plain division of c.
func (st *state) shapeContainer(c *division) {
	if !c.closed {
		st.warn(c.Pos(), "the block that begins with %q has no end: write a line of %q behind it", strings.Repeat(":", c.colons)+c.name, strings.Repeat(":", c.colons))
	}
	attrs, _ := parseAttributes(c.attrs)
	word, attrs := containerWord(c.name, attrs)
	attrs, title := takeAttribute(attrs, "title")
	attrs, open := takeAttribute(attrs, "open")
	st.setAttributes(c, "div", attrs, c.Pos())
	first, hasTitle := c.FirstChild().(*node)
	hasTitle = hasTitle && first.kind == kindCalloutTitle && c.title != ""
	if !hasTitle && title != nil && *title != "" {
		first, hasTitle = newNode(kindCalloutTitle), true
		first.AppendChild(first, ast.NewString([]byte(*title)))
		prepend(c, first)
	}
	kind, known := calloutKind(word)
	switch {
	case has(" details spoiler expand collapse toggle ", word):
		st.fold(c, open != nil, hasTitle)
	case known:
		st.containerCallout(c, kind, word, hasTitle)
	default:
		st.plainContainer(c, hasTitle)
	}
}

// containerWord finds what kind of block a container is: its name, or the class of Quarto and Pandoc.
func containerWord(name string, attrs []property) (string, []property) {
	if name != "" {
		return name, attrs
	}
	for i, a := range attrs {
		word := strings.TrimPrefix(a.value, "callout-")
		if _, known := calloutKind(word); a.name == "class" && known {
			return word, append(attrs[:i:i], attrs[i+1:]...)
		}
	}
	return "", attrs
}

func prepend(parent, child ast.Node) {
	if first := parent.FirstChild(); first != nil {
		parent.InsertBefore(parent, first, child)
	} else {
		parent.AppendChild(parent, child)
	}
}

func (st *state) containerCallout(c *division, kind, word string, hasTitle bool) {
	if !hasTitle {
		title := newNode(kindCalloutTitle)
		title.AppendChild(title, ast.NewString([]byte(st.words.callout(word))))
		prepend(c, title)
	}
	call := newNode(kindCallout)
	copyAttributes(call, c)
	call.SetAttributeString("kind", kind)
	moveChildren(call, c)
	c.Parent().ReplaceChild(c.Parent(), c, call)
}

func (st *state) fold(c *division, open, hasTitle bool) {
	c.SetAttributeString("element", "details")
	if open {
		c.SetAttributeString("unfolded", "")
	}
	if !hasTitle {
		title := newNode(kindCalloutTitle)
		title.AppendChild(title, ast.NewString([]byte(st.words.Details)))
		prepend(c, title)
	}
	c.FirstChild().SetAttributeString("element", "summary")
}

// plainContainer is a division with the container's name as its class, for an author's own style of speaking.
func (st *state) plainContainer(c *division, hasTitle bool) {
	if c.name != "" {
		class, _ := attribute(c, "class")
		c.SetAttributeString("class", []byte(strings.TrimSpace(c.name+" "+class)))
		st.warn(c.Pos(), "there is no block %.40q: its content stays; write note, tip, important, warning, caution or details", c.name)
	}
	if hasTitle {
		c.FirstChild().SetAttributeString("element", "p")
	}
}

func (authorRenderer) container(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	element, ok := attribute(n, "element")
	if !ok {
		element = "div"
	}
	if !entering {
		write(w, "</", element, ">\n")
		return ast.WalkContinue, nil
	}
	write(w, "<", element)
	rhtml.RenderAttributes(w, n, rhtml.GlobalAttributeFilter)
	if _, open := attribute(n, "unfolded"); open {
		write(w, " open")
	}
	write(w, ">\n")
	return ast.WalkContinue, nil
}
