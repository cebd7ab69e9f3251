package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// keepBreak writes the line end behind t where goldmark would lose it: it leaves line ends within Chinese, Japanese and
// Korean text out, and with them all those before a link, emphasis or code in any language.
func (st *state) keepBreak(t *ast.Text) {
	next := t.NextSibling()
	if !t.SoftLineBreak() || t.HardLineBreak() || next == nil || next.Kind() == ast.KindText {
		return
	}
	value := t.Segment.Value(st.source)
	before, _ := utf8.DecodeLastRune(value)
	after, _ := utf8.DecodeRuneInString(plainText(next, st.source))
	if len(value) > 0 && wide(before) && wide(after) {
		return
	}
	t.SetSoftLineBreak(false)
	t.Parent().InsertAfter(t.Parent(), t, ast.NewString([]byte("\n")))
}

// wide tells whether r is of a script that is written without spaces between words, or its punctuation. Korean has them.
func wide(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFF60 || r >= 0x20000 && r <= 0x3FFFF
}
