package search

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is one word of a text, or two neighbouring signs of a script that writes no spaces.
type token struct {
	from, until int  // in the text
	unspaced    bool // a pair of signs, or the last sign of a run
	last        bool // the last sign of a run, alone
}

// longestWord is the most bytes of a word that can be found: beyond are keys, hashes and pictures written as text.
const longestWord = 64

// composed is text with each letter and its marks as one sign, where there is such a sign.
func composed(text []byte) []byte {
	if norm.NFC.IsNormal(text) {
		return text
	}
	return norm.NFC.Bytes(text)
}

// scanner takes a text apart.
type scanner struct {
	text []byte
	at   int
}

// class is what a sign does for a word.
type class byte

const (
	gap      class = iota // between words
	letter                // or digit, or mark
	unspaced              // of a script that writes no spaces
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' {
			return letter
		}
		return gap
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, r >= 0x20000 && r <= 0x323AF: // Han
		return unspaced
	case r >= 0xC0 && r <= 0x24F && r != '×' && r != '÷', r >= 0x1EA0 && r <= 0x1EF9: // Latin with marks
		return letter
	case r >= 0x3041 && r <= 0x30FF && r != '・', r >= 0x31F0 && r <= 0x31FF: // Hiragana, Katakana
		return unspaced
	case r >= 0x0E00 && r <= 0x0EFF, r >= 0x1000 && r <= 0x109F, r >= 0x1780 && r <= 0x17FF: // Thai, Lao, Myanmar, Khmer
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return unspaced
		}
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
		return letter
	}
	return gap
}

// next finds the next word.
func (s *scanner) next() (token, bool) {
	for s.at < len(s.text) {
		r, size := utf8.DecodeRune(s.text[s.at:])
		switch classOf(r) {
		case letter:
			return s.word(), true
		case unspaced:
			return s.pair(size), true
		}
		s.at += size
	}
	return token{}, false
}

func (s *scanner) word() token {
	from := s.at
	for s.at < len(s.text) {
		r, size := utf8.DecodeRune(s.text[s.at:])
		if classOf(r) != letter {
			break
		}
		s.at += size
	}
	s.suffix(from)
	return token{from: from, until: s.at}
}

// suffix takes the signs of C++, C# and F# to the word.
func (s *scanner) suffix(from int) {
	rest := s.text[s.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("++")):
		s.at += 2
	case len(rest) > 0 && rest[0] == '#' && s.at-from <= 2:
		if r, _ := utf8.DecodeRune(rest[1:]); len(rest) == 1 || classOf(r) == gap {
			s.at++
		}
	}
}

// pair is a sign with the one behind it, if that is of the same kind. The next pair begins with the latter.
func (s *scanner) pair(size int) token {
	t := token{from: s.at, until: s.at + size, unspaced: true, last: true}
	s.at += size
	if r, more := utf8.DecodeRune(s.text[s.at:]); classOf(r) == unspaced {
		t.until, t.last = s.at+more, false
	}
	return t
}

// lower appends word in small letters, in the form in which it is kept.
func lower(dst, word []byte) []byte {
	from := len(dst)
	for i := 0; i < len(word); {
		c := word[i]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(word[i:])
		if r >= 0xFF01 && r <= 0xFF5E { // of full width
			r -= 0xFEE0
		}
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
		i += size
	}
	return oneTone(dst, from)
}

// oneTone writes the tone of an open Vietnamese syllable in one of the two places where people write it: "hòa" as "hoà", "thúy" as
// "thuý".
func oneTone(dst []byte, from int) []byte {
	if len(dst)-from < 3 {
		return dst
	}
	last := dst[len(dst)-1]
	marked, size := utf8.DecodeLastRune(dst[:len(dst)-1])
	if size < 2 || last != 'a' && last != 'e' && last != 'y' {
		return dst
	}
	plain, tones := 'o', []rune("òóỏõọ")
	if last == 'y' {
		plain, tones = 'u', []rune("ùúủũụ")
	}
	for i, t := range tones {
		if t == marked {
			moved := map[byte][]rune{'a': []rune("àáảãạ"), 'e': []rune("èéẻẽẹ"), 'y': []rune("ỳýỷỹỵ")}[last][i]
			dst = utf8.AppendRune(dst[:len(dst)-1-size], plain)
			return utf8.AppendRune(dst, moved)
		}
	}
	return dst
}
