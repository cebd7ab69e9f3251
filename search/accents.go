package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// agreement is how the accents of a word in a text agree with those that were typed.
type agreement uint8

const (
	otherAccents agreement = iota // đương for dường
	moreAccents                   // đường for đương: none of those typed is missing
	sameAccents
)

// agree compares two words that are the same without accents, or of which the second is longer.
func agree(typed, found string) agreement {
	a, b := apart(typed), apart(found)
	all := sameAccents
	for len(a) > 0 {
		if len(b) == 0 || a[0] != b[0] {
			return otherAccents
		}
		n, m := marks(a[1:]), marks(b[1:])
		switch {
		case n == m && string(a[1:1+n]) == string(b[1:1+m]):
		case contains(b[1:1+m], a[1:1+n]):
			all = moreAccents
		default:
			return otherAccents
		}
		a, b = a[1+n:], b[1+m:]
	}
	return all
}

// apart is a word's letters, each with its marks behind it.
func apart(w string) []rune {
	return []rune(strings.ReplaceAll(norm.NFD.String(w), "đ", "d\u0335"))
}

func marks(r []rune) int {
	n := 0
	for n < len(r) && unicode.IsMark(r[n]) {
		n++
	}
	return n
}

func contains(all, some []rune) bool {
	for _, r := range some {
		if !strings.ContainsRune(string(all), r) {
			return false
		}
	}
	return true
}

// worth is how much a word in a text, which begins as the typed one does but for accents, is worth for it.
func (w *word) worth(found string) (worth float32, how agreement) {
	worth, how = 1, sameAccents
	switch {
	case strings.HasPrefix(found, w.exact):
	case !w.marked:
		worth = 0.9 // it was typed without accents, as many people do
	default:
		how = agree(w.exact, found)
		worth = [...]float32{otherAccents: 0.3, moreAccents: 0.75, sameAccents: 1}[how]
	}
	if w.prefix && !w.unspaced {
		if typed, all := utf8.RuneCountInString(w.exact), utf8.RuneCountInString(found); typed < all {
			worth *= 0.3 + 0.4*float32(typed)/float32(all)
		}
	}
	return worth, how
}
