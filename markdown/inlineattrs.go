package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// inlineAttributes are attributes in braces right behind something inline: [link](x){.button}.
type inlineAttributes struct {
	ast.BaseInline
	list    []property
	segment text.Segment
}

// Kind implements ast.Node.
func (*inlineAttributes) Kind() ast.NodeKind { return kindAttributes }

// Dump implements ast.Node.
func (n *inlineAttributes) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// inlineAttributesParser reads them; what they belong to is known only when the whole paragraph is parsed.
type inlineAttributesParser struct{}

// Trigger implements parser.InlineParser.
func (inlineAttributesParser) Trigger() []byte { return []byte{'{'} }

// Parse implements parser.InlineParser.
func (inlineAttributesParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	if before := block.PrecendingCharacter(); before > 127 || !strings.ContainsRune(")]*_`~>=", before) {
		return nil
	}
	line, segment := block.PeekLine()
	written := string(line[:min(len(line), longestAttributes)])
	list, length := parseAttributes(written)
	if length == 0 || !certain(list, written) {
		return nil
	}
	block.Advance(length)
	return &inlineAttributes{list: list, segment: segment.WithStop(segment.Start + length)}
}

// longestAttributes bounds what is read for each brace, and farthestBracket the nodes that are looked through for a bracket.
const (
	longestAttributes = 1000
	farthestBracket   = 60
)

// shapeInlineAttributes gives them to what stands before them, or makes them text again.
func (st *state) shapeInlineAttributes(n *inlineAttributes) {
	target := n.PreviousSibling()
	switch t := target.(type) {
	case *ast.Link, *ast.Image, *ast.Emphasis, *ast.CodeSpan, *ast.AutoLink, *extast.Strikethrough:
	case *inline:
	case *ast.Text:
		span, ok := bracketed(t, n.segment.Start, st.source)
		if !ok {
			target = nil
			break
		}
		target = span
	default:
		target = nil
	}
	if target == nil {
		n.Parent().ReplaceChild(n.Parent(), n, ast.NewTextSegment(n.segment))
		return
	}
	st.setAttributes(target, elementOf(target), n.list, n.segment.Start)
	n.Parent().RemoveChild(n.Parent(), n)
}

// bracketed makes a span of "[some words]" that ends with last at offset end.
func bracketed(last *ast.Text, end int, source []byte) (ast.Node, bool) {
	if last.Segment.Stop != end || !bytes.HasSuffix(last.Segment.Value(source), []byte("]")) {
		return nil, false
	}
	depth, seen := 0, 0
	for n := ast.Node(last); n != nil && seen < farthestBracket; n = n.PreviousSibling() {
		seen++
		t, ok := n.(*ast.Text)
		if !ok {
			continue
		}
		value := t.Segment.Value(source)
		for i := len(value) - 1; i >= 0; i-- {
			if value[i] == ']' {
				depth++
			}
			if value[i] == '[' {
				if depth--; depth == 0 {
					return spanFrom(t, i, last), true
				}
			}
		}
	}
	return nil, false
}

// spanFrom wraps what stands between the bracket at offset i of first and the one at the end of last.
func spanFrom(first *ast.Text, i int, last *ast.Text) ast.Node {
	parent := first.Parent()
	span := newInline(kindSpan)
	open := first.Segment.Start + i - first.Segment.Padding
	inner := ast.NewTextSegment(first.Segment.WithStart(open + 1))
	inner.SetSoftLineBreak(first.SoftLineBreak())
	inner.SetHardLineBreak(first.HardLineBreak())
	next := first.NextSibling()
	first.Segment = first.Segment.WithStop(open)
	first.SetSoftLineBreak(false)
	first.SetHardLineBreak(false)
	parent.InsertAfter(parent, first, span)
	span.AppendChild(span, inner)
	if first == last {
		inner.Segment = inner.Segment.WithStop(inner.Segment.Stop - 1)
		return span
	}
	for n := next; n != nil; {
		after := n.NextSibling()
		span.AppendChild(span, n)
		if n == ast.Node(last) {
			break
		}
		n = after
	}
	last.Segment = last.Segment.WithStop(last.Segment.Stop - 1)
	return span
}
