package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// formulaFence is the signs around a formula.
type formulaFence struct {
	open, close string
	display     bool
}

// fences are tried in this order: two backslashes are what those write whose tool takes one of them away.
func fences() []formulaFence {
	return []formulaFence{
		{"$$", "$$", true},
		{"$`", "`$", false},
		{"$", "$", false},
		{`\\(`, `\\)`, false},
		{`\\[`, `\\]`, true},
		{`\(`, `\)`, false},
		{`\[`, `\]`, true},
	}
}

const (
	longestSpan  = 2_000  // bytes of a formula within a paragraph
	longestBlock = 20_000 // bytes of one on lines of its own
)

// formulaSpans reads formulas within lines.
type formulaSpans struct{}

// Trigger implements parser.InlineParser.
func (formulaSpans) Trigger() []byte { return []byte{'$', '\\'} }

// Parse implements parser.InlineParser.
func (formulaSpans) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	st, ok := mathOf(pc)
	if !ok {
		return nil
	}
	line, segment := block.PeekLine()
	for _, f := range fences() {
		if !bytes.HasPrefix(line, []byte(f.open)) {
			continue
		}
		tex, length := spanBetween(ahead(block, longestSpan), f)
		if length == 0 || f.open == "$" && !dollarsStand(block.PrecendingCharacter(), tex, line, length, st.judge().asked) {
			return nil
		}
		if !st.isFormula(tex, f) {
			return nil
		}
		block.Advance(length)
		return st.span(tex, f, segment.Start)
	}
	return nil
}

// span is the node of a formula within a line. Jekyll's $$ is one too where it stands in a line.
func (st *state) span(tex string, f formulaFence, offset int) ast.Node {
	n := &formula{tex: tex}
	if f.display && st.options.Dialect != DialectJekyll {
		n.markup = st.displayed(tex, offset, "span")
	} else {
		n.markup = st.setFormula(tex, false, offset)
	}
	n.SetPos(offset)
	return n
}

// ahead is the text of the paragraph from here on, at most so many bytes of it.
func ahead(block text.Reader, most int) []byte {
	line, position := block.Position()
	defer block.SetPosition(line, position)
	var all []byte
	for len(all) < most {
		l, _ := block.PeekLine()
		if l == nil {
			break
		}
		all = append(all, l[:min(len(l), most-len(all))]...)
		block.AdvanceLine()
	}
	return all
}

// spanBetween finds the formula that text begins with, and its length with its signs; 0 if there is none.
func spanBetween(text []byte, f formulaFence) (tex string, length int) {
	at := len(f.open)
	for i := at; i < len(text); i++ {
		if bytes.HasPrefix(text[i:], []byte(f.close)) {
			return string(text[at:i]), i + len(f.close)
		}
		if text[i] == '\\' {
			i++
		}
	}
	return "", 0
}

// dollarsStand tells whether single dollars stand as they do around a formula: no letter or digit outside, no space inside.
// So "$5 and $10" is text. Behind the last one the ending of a number may stand, as in $n$th.
func dollarsStand(before rune, tex string, line []byte, length int, asked bool) bool {
	if tex == "" || isWord(before) || strings.TrimSpace(tex) != tex || strings.Contains(tex, "\n\n") {
		return false
	}
	if length >= len(line) {
		return true
	}
	rest := line[length:]
	after, _ := utf8.DecodeRune(rest)
	if after >= '0' && after <= '9' || after == '$' {
		return false
	}
	return asked || !isWord(after) || ordinal.Match(rest)
}

var ordinal = regexp.MustCompile(`^(?:th|st|nd|rd|s|D)\b`)

// isWord tells letters and digits of scripts that set spaces between words.
func isWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// formulaBlocks reads formulas on lines of their own: between $$ or \[ \], or a LaTeX environment that stands alone.
type formulaBlocks struct{}

// Trigger implements parser.BlockParser.
func (formulaBlocks) Trigger() []byte { return []byte{'$', '\\'} }

// environment is what LaTeX takes for display mathematics without any dollar.
var environment = regexp.MustCompile(`^\\\\?begin\{((?:equation|align|alignat|gather|multline|flalign|eqnarray|displaymath)\*?)\}`)

// fenceAt finds the signs that a line begins with.
func fenceAt(line []byte) (formulaFence, bool) {
	if m := environment.FindSubmatch(line); m != nil {
		return formulaFence{open: "", close: `\end{` + string(m[1]) + "}", display: true}, true
	}
	for _, f := range fences() {
		if f.display && bytes.HasPrefix(line, []byte(f.open)) {
			return f, true
		}
	}
	return formulaFence{}, false
}

// Open implements parser.BlockParser.
func (formulaBlocks) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	st, ok := mathOf(pc)
	line, segment := reader.PeekLine()
	pos := pc.BlockOffset()
	if !ok || pos < 0 || pos >= len(line) {
		return nil, parser.NoChildren
	}
	f, ok := fenceAt(line[pos:])
	if !ok {
		return nil, parser.NoChildren
	}
	n := &formulaBlock{fence: f}
	n.SetPos(segment.Start + pos)
	start := segment.WithStart(segment.Start + pos + len(f.open))
	if end, found := closing(line[pos+len(f.open):], f.close); found {
		n.done = true
		start = start.WithStop(start.Start + end)
	} else if end < 0 || !st.closesLater(segment, line[pos+len(f.open):], f) {
		return nil, parser.NoChildren
	}
	n.Lines().Append(start)
	if n.done && !st.isFormula(n.tex(st.source), f) {
		return nil, parser.NoChildren
	}
	return n, parser.NoChildren
}

// closing finds a sign that ends a formula, behind which only a full stop may stand. end is -1 if there is one that more
// stands behind: then the formula is part of a line.
func closing(line []byte, sign string) (end int, found bool) {
	i := bytes.Index(line, []byte(sign))
	switch {
	case i < 0:
		return 0, false
	case len(bytes.Trim(line[i+len(sign):], " \t\r\n.,;:")) > 0:
		return -1, false
	case strings.HasPrefix(sign, `\end`):
		return i + len(sign), true
	}
	return i, true
}

// closesLater tells whether a formula that begins here is one, and ends: without a look ahead, a stray sign would swallow
// the rest of the text. Blank lines are within it only if its first sign has a line of its own.
func (st *state) closesLater(first text.Segment, rest []byte, f formulaFence) bool {
	later := st.source[min(first.Stop, len(st.source)):]
	later = later[:min(len(later), longestBlock)]
	if !bytes.Contains(later, []byte(f.close)) {
		return false
	}
	alone := len(bytes.TrimSpace(rest)) == 0 || f.open == ""
	tex := append([]byte(nil), rest...)
	if f.open == "" {
		tex = tex[:0]
	}
	for line := range bytes.Lines(later) {
		if !alone && len(bytes.TrimSpace(line)) == 0 {
			return false
		}
		end, found := closing(line, f.close)
		if end < 0 {
			return false
		}
		if found {
			return st.isFormula(string(append(tex, line[:end]...)), f)
		}
		tex = append(tex, line...)
	}
	return false
}

// Continue implements parser.BlockParser.
func (formulaBlocks) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*formulaBlock)
	if n.done {
		return parser.Close
	}
	line, segment := reader.PeekLine()
	if end, found := closing(line, n.fence.close); found {
		n.Lines().Append(segment.WithStop(segment.Start + end - segment.Padding))
		reader.AdvanceToEOL()
		return parser.Close
	}
	n.Lines().Append(segment)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// Close implements parser.BlockParser.
func (formulaBlocks) Close(node ast.Node, _ text.Reader, pc parser.Context) {
	n := node.(*formulaBlock)
	if st, ok := mathOf(pc); ok {
		n.markup = st.displayed(n.tex(st.source), n.Pos(), "div") + "\n"
	}
}

// CanInterruptParagraph implements parser.BlockParser.
func (formulaBlocks) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (formulaBlocks) CanAcceptIndentedLine() bool { return false }

func (n *formulaBlock) tex(source []byte) string {
	return strings.TrimSpace(string(n.Lines().Value(source)))
}
