package markdown

import (
	"testing"
	"unicode"
)

func TestKindsOfSignsAreThoseOfTheTables(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		got, want := kindOf(r), between
		if r < unicode.MaxASCII {
			got = kindOfASCII(byte(r))
		}
		switch {
		case r == '\'' || r == '’' || r == '-' || r == '_':
			want = joining
		case r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			want = ideograph
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			want = letter
		}
		if got != want {
			t.Fatalf("%U is %d, by the tables %d", r, got, want)
		}
	}
}
