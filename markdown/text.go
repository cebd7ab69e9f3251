package markdown

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// plainText is what a reader sees of n and the nodes in it, without markup.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	writePlain(&b, n, source)
	return strings.Join(strings.Fields(b.String()), " ")
}

func writePlain(b *strings.Builder, n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Text:
		b.WriteString(unescape(n.Value(source)))
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte(' ')
		}
		return
	case *ast.String:
		b.WriteString(html.UnescapeString(string(n.Value)))
		return
	case *ast.CodeSpan:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if t, ok := c.(*ast.Text); ok {
				b.Write(t.Value(source))
			}
		}
		return
	case *ast.AutoLink:
		b.Write(n.Label(source))
		return
	case *formula:
		b.WriteString(n.tex)
		return
	case *ast.RawHTML, *extast.FootnoteLink, *extast.FootnoteBacklink:
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		writePlain(b, c, source)
	}
}

// unescape resolves what goldmark leaves to its renderer: backslashes and entities.
func unescape(raw []byte) string {
	return html.UnescapeString(string(util.UnescapePunctuations(raw)))
}

// Count counts the words of alphabetic scripts and the signs of Chinese, Japanese and Korean in a text. Vietnamese words
// are its syllables. Markup counts little enough not to matter.
func Count(source []byte) (words, ideographs int) {
	inWord := false
	for i := 0; i < len(source); {
		k := between
		if c := source[i]; c < utf8.RuneSelf {
			k = kindOfASCII(c)
			i++
		} else {
			r, size := utf8.DecodeRune(source[i:])
			k = kindOf(r)
			i += size
		}
		switch k {
		case ideograph:
			ideographs++
			inWord = false
		case letter:
			if !inWord {
				words++
			}
			inWord = true
		case between:
			inWord = false
		}
	}
	return words, ideographs
}

// kind is what a sign does to the count of words.
type kind byte

const (
	between   kind = iota // it ends a word
	joining               // it ends none and begins none
	letter                // or digit: of a word
	ideograph             // a word by itself
)

func kindOfASCII(c byte) kind {
	switch {
	case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9':
		return letter
	case c == '\'' || c == '-' || c == '_':
		return joining
	}
	return between
}

// kindOf asks first for what nearly all signs of a text are, since Unicode's tables take five times as long: counting words
// was a sixth of the time to load a blog.
func kindOf(r rune) kind {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3: // Han, Hangul
		return ideograph
	case r >= 0xC0 && r <= 0x17F && r != '×' && r != '÷', r >= 0x1EA0 && r <= 0x1EF9: // Latin with marks
		return letter
	case r == '’':
		return joining
	case r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return ideograph
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return letter
	}
	return between
}

// Minutes is the time that a text takes to read, at least one minute: 220 words or 400 ideographs in each.
func Minutes(source []byte) int {
	words, ideographs := Count(source)
	const perMinute = 220 * 400
	return max(1, (words*400+ideographs*220+perMinute/2)/perMinute)
}
