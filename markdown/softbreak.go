package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// joinLines leaves a line end within Chinese or Japanese text out, where browsers would show a space. goldmark has an
// extension for it, but with it loses the line ends before links, emphasis and code in any language, and fails on bytes that
// are no UTF-8.
func (st *state) joinLines(t *ast.Text) {
	next := t.NextSibling()
	if next == nil || t.HardLineBreak() {
		return
	}
	before, _ := utf8.DecodeLastRune(t.Segment.Value(st.source))
	after, _ := utf8.DecodeRuneInString(plainText(next, st.source))
	if wide(before) && wide(after) {
		t.SetSoftLineBreak(false)
	}
}

// wide tells whether r is of a script that is written without spaces between words, or its punctuation. Korean has them.
func wide(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFF60 || r >= 0x20000 && r <= 0x3FFFF
}
