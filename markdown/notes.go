package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// noteParser reads ^[a note that stands where it is referred to]. Its text is put aside at the document's end, where
// goldmark parses it as it parses every block; shapeNotes makes footnotes of all that were put there.
type noteParser struct{}

// Trigger implements parser.InlineParser.
func (noteParser) Trigger() []byte { return []byte{'^'} }

// noteRef stands where a note was written.
type noteRef struct {
	ast.BaseInline
	note *node
}

// Kind implements ast.Node.
func (n *noteRef) Kind() ast.NodeKind { return kindNoteRef }

// Dump implements ast.Node.
func (n *noteRef) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// Parse implements parser.InlineParser.
func (noteParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if len(line) < 3 || line[1] != '[' || within(parent, kindNote) {
		return nil
	}
	segments := noteSegments(block)
	doc := parent.OwnerDocument()
	if segments == nil || doc == nil {
		return nil
	}
	note := newNode(kindNote)
	note.SetLines(segments)
	notes := doc.LastChild()
	if notes == nil || notes.Kind() != kindNotes {
		notes = newNode(kindNotes)
		doc.AppendChild(doc, notes)
	}
	notes.AppendChild(notes, note)
	return &noteRef{note: note}
}

func within(n ast.Node, kind ast.NodeKind) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == kind {
			return true
		}
	}
	return false
}

// longestNote bounds the search for the bracket that closes a note.
const longestNote = 10_000

// noteSegments reads over a note and returns where its text stands, nil if it does not end in this block.
func noteSegments(block text.Reader) *text.Segments {
	segments := text.NewSegments()
	block.Advance(2)
	depth, ticks := 1, 0
	for read := 0; read < longestNote; {
		line, segment := block.PeekLine()
		if line == nil {
			return nil
		}
		at, closed := 0, false
		at, depth, ticks, closed = scanNote(line, depth, ticks)
		if closed {
			segments.Append(segment.WithStop(segment.Start + at - segment.Padding))
			block.Advance(at + 1)
			if note := string(segments.Value(block.Source())); strings.TrimSpace(note) == "" || looksLikeClass(note) {
				return nil
			}
			return segments
		}
		segments.Append(segment)
		read += len(line)
		block.AdvanceLine()
	}
	return nil
}

// scanNote looks for the closing bracket in one line: brackets nest, and those in code and behind a backslash do not count.
func scanNote(line []byte, depth, ticks int) (at, newDepth, newTicks int, closed bool) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '`':
			run := i
			for i+1 < len(line) && line[i+1] == '`' {
				i++
			}
			if run = i - run + 1; ticks == 0 {
				ticks = run
			} else if ticks == run {
				ticks = 0
			}
		case ticks > 0:
		case c == '\\':
			i++
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return i, depth, ticks, true
			}
		}
	}
	return len(line), depth, ticks, false
}

// characterClass is what stands in the brackets of a regular expression that somebody wrote without backticks.
var characterClass = regexp.MustCompile(`^\\?[\w\\]-[\w\\]|^\^`)

func looksLikeClass(note string) bool {
	return characterClass.MatchString(note) && !strings.Contains(note, " ")
}

// shapeNotes makes footnotes of inline notes and numbers all footnotes anew, in the order in which a reader meets them.
func (st *state) shapeNotes(doc *ast.Document) {
	var notes ast.Node
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == kindNotes {
			notes = n
		}
	}
	if notes == nil {
		return
	}
	doc.RemoveChild(doc, notes)
	list, _ := doc.LastChild().(*extast.FootnoteList)
	if list == nil {
		list = extast.NewFootnoteList()
		doc.AppendChild(doc, list)
	}
	o := &noteOrder{list: list, number: map[ast.Node]int{}, byIndex: map[int]ast.Node{}}
	for n := list.FirstChild(); n != nil; n = n.NextSibling() {
		o.byIndex[n.(*extast.Footnote).Index] = n
	}
	o.renumber(doc)
}

// noteOrder numbers footnotes.
type noteOrder struct {
	list    *extast.FootnoteList
	order   []ast.Node // footnotes, in the order of their first reference
	number  map[ast.Node]int
	byIndex map[int]ast.Node // goldmark's numbers
}

func (o *noteOrder) renumber(doc *ast.Document) {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n != ast.Node(o.list) {
			o.visit(n)
		}
	}
	for i := 0; i < len(o.order); i++ { // notes that are referred to in notes
		o.visit(o.order[i])
	}
	for n := o.list.FirstChild(); n != nil; n = n.NextSibling() {
		if _, ok := o.number[n]; !ok { // they refer to each other alone
			o.add(n)
		}
	}
	o.list.RemoveChildren(o.list)
	for i, n := range o.order {
		f := n.(*extast.Footnote)
		f.Index = i + 1
		_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
			if b, ok := c.(*extast.FootnoteBacklink); ok && entering {
				b.Index = i + 1
			}
			return ast.WalkContinue, nil
		})
		o.list.AppendChild(o.list, f)
	}
	o.list.Count = len(o.order)
}

func (o *noteOrder) add(n ast.Node) int {
	if _, ok := o.number[n]; !ok {
		o.order = append(o.order, n)
		o.number[n] = len(o.order)
	}
	return o.number[n]
}

// visit numbers the references in n and its children.
func (o *noteOrder) visit(n ast.Node) {
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		switch ref := c.(type) {
		case *extast.FootnoteLink:
			if note, ok := o.byIndex[ref.Index]; ok {
				ref.Index = o.add(note)
			}
		case *noteRef:
			link := extast.NewFootnoteLink(o.add(footnote(ref.note)))
			link.RefCount = 1
			n.ReplaceChild(n, ref, link)
		default:
			o.visit(c)
		}
		c = next
	}
}

func footnote(note *node) *extast.Footnote {
	p := ast.NewParagraph()
	for c := note.FirstChild(); c != nil; c = note.FirstChild() {
		p.AppendChild(p, c)
	}
	back := extast.NewFootnoteBacklink(0)
	back.RefCount = 1
	p.AppendChild(p, back)
	f := extast.NewFootnote(nil)
	f.AppendChild(f, p)
	return f
}

var (
	noteDefinition = regexp.MustCompile(`(?m)^[ \t>]*\[\^([^\]\s]{1,80})\]:`)
	noteReference  = regexp.MustCompile(`\[\^([\pL\pN_][\pL\pN_.:-]{0,79})\]`)
)

// findNotes warns of footnotes that have only one half: a reader sees the mark as it was typed, or nothing of the note.
func (st *state) findNotes(code []text.Segment) {
	if !strings.Contains(string(st.source), "[^") {
		return
	}
	defined, referred := map[string]int{}, map[string]bool{}
	definitionAt := map[int]bool{}
	for _, m := range noteDefinition.FindAllSubmatchIndex(st.source, -1) {
		if !inside(code, m[2]) {
			defined[string(st.source[m[2]:m[3]])] = m[2]
			definitionAt[m[2]] = true
		}
	}
	for _, m := range noteReference.FindAllSubmatchIndex(st.source, -1) {
		name := string(st.source[m[2]:m[3]])
		if inside(code, m[2]) || definitionAt[m[2]] {
			continue
		}
		referred[name] = true
		if _, ok := defined[name]; !ok {
			st.warn(m[2], "the footnote [^%s] is nowhere: write \"[^%s]: its text\" on a line of its own", name, name)
		}
	}
	for name, at := range defined {
		if !referred[name] {
			st.warn(at, "nothing refers to the footnote [^%s], so it is not shown: write [^%s] where it belongs", name, name)
		}
	}
}
