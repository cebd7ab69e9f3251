package markdown

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// emphasisParser reads emphasis next to Chinese, Japanese and Korean. CommonMark takes "**中文。**后" for no emphasis: it finds
// its bounds by the spaces around punctuation, which these scripts do without. All else is goldmark's.
type emphasisParser struct{}

// Trigger implements parser.InlineParser.
func (emphasisParser) Trigger() []byte { return []byte{'*'} }

// Parse implements parser.InlineParser.
func (p emphasisParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, p)
	if d == nil {
		return nil
	}
	after, _ := utf8.DecodeRune(line[d.OriginalLength:])
	if wide(before) || wide(after) {
		d.CanOpen = !blank(after) && (!unicode.IsPunct(after) || wide(after) || blank(before) || wide(before) || unicode.IsPunct(before))
		d.CanClose = !blank(before) && (!unicode.IsPunct(before) || wide(before) || blank(after) || wide(after) || unicode.IsPunct(after))
	}
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	block.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

func blank(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) }

// IsDelimiter implements parser.DelimiterProcessor.
func (emphasisParser) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

// CanOpenCloser implements parser.DelimiterProcessor.
func (emphasisParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch implements parser.DelimiterProcessor.
func (emphasisParser) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }
