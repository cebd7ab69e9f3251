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
		r, size := rune(source[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(source[i:])
		}
		i += size
		switch {
		case isIdeograph(r):
			ideographs++
			inWord = false
		case isWordRune(r):
			if !inWord {
				words++
			}
			inWord = true
		case r != '\'' && r != '’' && r != '-' && r != '_':
			inWord = false
		}
	}
	return words, ideographs
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isIdeograph(r rune) bool {
	if r < 0x2E80 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// Minutes is the time that a text takes to read, at least one minute: 220 words or 400 ideographs in each.
func Minutes(source []byte) int {
	words, ideographs := Count(source)
	const perMinute = 220 * 400
	return max(1, (words*400+ideographs*220+perMinute/2)/perMinute)
}
