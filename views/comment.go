package views

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"vang/blog"
)

// hues is the number of colours of monograms.
const hues = 12

// Hue is the colour of a name's monogram, 0 to 11: the same name has the same colour everywhere.
func Hue(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(name)))
	return int(h.Sum32() % hues)
}

// Monogram is the first letter of a name as it is seen: marks, joiners and modifiers stay with their letter.
func Monogram(name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		return "?"
	}
	first, size := utf8.DecodeRuneInString(name)
	end := size
	joined, flag := false, isFlag(first)
	for end < len(name) {
		r, n := utf8.DecodeRuneInString(name[end:])
		if !joined && !extends(r) && !(flag && isFlag(r)) {
			break
		}
		joined, flag = r == zeroWidthJoiner, false
		end += n
	}
	return strings.ToUpper(name[:end])
}

const zeroWidthJoiner = '\u200D'

func extends(r rune) bool {
	return unicode.Is(unicode.M, r) || r == zeroWidthJoiner || (r >= 0x1F3FB && r <= 0x1F3FF)
}

func isFlag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// held tells whether this is drawn for its writer while everyone else sees nothing.
func (c Comment) held() bool {
	return c.Own && (c.State == blog.Pending || c.State == blog.Spam)
}

func (c Comment) visible() bool { return c.Shown || c.held() }

func (c Comment) classes() string { return "comment d" + strconv.Itoa(c.Depth()) }

// hue does not trust the model: a number outside would be a class that no style knows.
func (c Comment) hue() int { return max(0, min(c.Hue, hues-1)) }

func (c Comment) author(w *Catalogue) string {
	if c.Name == "" {
		return w.Anonymous
	}
	return c.Name
}

func i64(n int64) string { return strconv.FormatInt(n, 10) }
