package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// wikilinkParser reads [[Name of a post]], [[name#heading|shown]] and ![[picture.png|300]].
type wikilinkParser struct{}

var wikilink = regexp.MustCompile(`^!?\[\[([^\[\]|\s][^\[\]|\n]{0,300}?)(?:\\?\|([^\[\]\n]{0,300}))?\]\]`)

// Trigger implements parser.InlineParser.
func (wikilinkParser) Trigger() []byte { return []byte{'[', '!'} }

// Parse implements parser.InlineParser.
func (wikilinkParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	m := wikilink.FindSubmatchIndex(line)
	if m == nil || segment.Padding > 0 {
		return nil
	}
	end := m[1]
	if contentsMark.Match(line[:end]) {
		return nil
	}
	target := line[m[2]:m[3]]
	if end < len(line) && (line[end] == '(' || line[end] == '[' || line[end] == ':') {
		return nil // a link whose text is in brackets
	}
	if _, referred := pc.Reference(util.ToLinkReference(target)); referred || util.IsAlphaNumeric(byte(min(block.PrecendingCharacter(), 127))) {
		return nil // x[[1]] is an index
	}
	link := ast.NewLink()
	link.Destination = target
	link.SetAttributeString("wiki", string(line[:end]))
	if m[4] < 0 {
		link.SetAttributeString("unnamed", "")
	}
	shown := text.NewSegment(segment.Start+m[2], segment.Start+m[3])
	if at := bytes.IndexByte(target, '#'); at >= 0 {
		shown = text.NewSegment(shown.Start+at+1, shown.Stop)
	}
	if m[4] >= 0 && m[5] > m[4] {
		shown = text.NewSegment(segment.Start+m[4], segment.Start+m[5])
	}
	block.Advance(end)
	if line[0] == '!' {
		return wikiPicture(link, shown, m[4] >= 0, block.Source())
	}
	link.AppendChild(link, ast.NewTextSegment(shown))
	return link
}

var pictureSize = regexp.MustCompile(`^(\d{1,4})(?:x(\d{1,4}))?$`)

// wikiPicture shows a picture; what stands behind the bar is its width or its alternative text.
func wikiPicture(link *ast.Link, shown text.Segment, said bool, source []byte) ast.Node {
	img := ast.NewImage(link)
	img.SetAttributeString("wiki", "")
	switch size := pictureSize.FindSubmatch(shown.Value(source)); {
	case said && size != nil:
		img.SetAttributeString("width", size[1])
		if len(size[2]) > 0 {
			img.SetAttributeString("height", size[2])
		}
	case said:
		img.AppendChild(img, ast.NewTextSegment(shown))
	}
	return img
}

// shapeWikilink leads a link to the post or page that it names. Where other tools are written for, brackets that name
// nothing are no link.
func (st *state) shapeWikilink(n *ast.Link, written string) {
	_, unnamed := attribute(n, "unnamed")
	n.RemoveAttributes()
	name, heading, hasHeading := strings.Cut(string(n.Destination), "#")
	name = strings.TrimSpace(strings.TrimSuffix(name, `\`))
	target := name
	if hasHeading {
		target += "#" + headingID(heading)
	}
	url, title, ok := "#"+headingID(heading), "", true
	if name != "" {
		url, title, ok = st.around.Link(target)
	}
	if ok {
		n.Destination = destination(url)
		if unnamed {
			n.RemoveChildren(n)
			n.AppendChild(n, ast.NewString([]byte(wikiLabel(name, heading, title))))
		}
		return
	}
	if st.options.Dialect == DialectVang {
		st.warn(n.Pos(), "there is no post or page %.60q: its text stays, without a link", name)
		unwrap([]ast.Node{n}, st.source)
		return
	}
	n.Parent().ReplaceChild(n.Parent(), n, ast.NewTextSegment(text.NewSegment(n.Pos(), n.Pos()+len(written))))
}

// wikiLabel is what a link without a label shows: a name as it was written, but the title for the name of a file.
func wikiLabel(name, heading, title string) string {
	if title != "" && !strings.Contains(name, " ") && !strings.EqualFold(name, title) {
		name = title
	}
	switch {
	case heading == "":
		return name
	case name == "":
		return heading
	}
	return name + " › " + heading
}

// destination is an address as the tree holds them: entities are resolved when it is written.
func destination(url string) []byte { return []byte(strings.ReplaceAll(url, "&", "&amp;")) }
