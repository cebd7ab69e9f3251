package cards

import (
	"image"
	"image/color"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// geta is what Japanese printers set for a sign that they have no type for.
const geta = '〓'

// glyphs walks the signs of a text with the face that each is drawn with and where it stands.
func (s style) glyphs(text string, size float64, visit func(face font.Face, r rune, at fixed.Int26_6)) fixed.Int26_6 {
	families := s.familiesFor(text)
	var at fixed.Int26_6
	var before rune
	var last *slice
	for _, r := range text {
		r, from := s.resolve(families, r)
		if from == nil {
			continue
		}
		face := s.fonts.face(from.file, size)
		if face == nil {
			continue
		}
		if from == last {
			at += face.Kern(before, r)
		}
		if visit != nil {
			visit(face, r, at)
		}
		advance, _ := face.GlyphAdvance(r)
		at += advance
		before, last = r, from
	}
	return at
}

// resolve finds who has r, else its letter without marks, else the sign for a missing one.
func (s style) resolve(families []string, r rune) (rune, *slice) {
	if from := s.fonts.find(families, r); from != nil {
		return r, from
	}
	if plain, _ := firstRune(norm.NFKD.String(string(r))); plain != r {
		if from := s.fonts.find(families, plain); from != nil {
			return plain, from
		}
	}
	if unicode.IsLetter(r) {
		return geta, s.fonts.find(families, geta)
	}
	return r, nil
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

func (s style) width(text string, size float64) int { return s.glyphs(text, size, nil).Ceil() }

// draw draws text from x on, with its base line at y.
func (s style) draw(img *image.RGBA, text string, size float64, x, y int, c color.Color) {
	ink := image.NewUniform(c)
	s.glyphs(text, size, func(face font.Face, r rune, at fixed.Int26_6) {
		d := font.Drawer{Dst: img, Src: ink, Face: face, Dot: fixed.Point26_6{X: fixed.I(x) + at, Y: fixed.I(y)}}
		d.DrawString(string(r))
	})
}

// fit shortens text to a width.
func (s style) fit(text string, size float64, width int) string {
	if s.width(text, size) <= width {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if s.width(shortened(runes[:mid]), size) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return shortened(runes[:low])
}

func shortened(runes []rune) string {
	return strings.TrimRightFunc(string(runes), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

// block is a title in lines.
type block struct {
	lines []string
	size  float64
	loose bool // its letters bear marks above and below, or fill their squares
}

func (b block) leading() int {
	if b.loose {
		return int(b.size * 1.36)
	}
	return int(b.size * 1.24)
}

func (b block) ascent() int { return int(b.size * 0.86) }

func (b block) height() int { return b.ascent() + (len(b.lines)-1)*b.leading() + int(b.size*0.22) }

// set breaks a title into lines as even as can be, in the largest size in which it fits. One that fits in none is cut.
func (s style) set(title string, width, height int) block {
	const longest = 400 // signs: no card shows more, however small
	if runes := []rune(title); len(runes) > longest {
		title = shortened(runes[:longest])
	}
	parts := breakable(title)
	b := block{loose: isLoose(title)}
	for _, b.size = range []float64{84, 76, 70, 64, 58, 52, 46} {
		b.lines = s.wrap(parts, b.size, width)
		if most := 2 + int((84-b.size)/12); len(b.lines) <= most && b.height() <= height {
			return s.balanced(b, parts, width)
		}
	}
	for b.height() > height {
		b.lines = b.lines[:len(b.lines)-1]
	}
	last := len(b.lines) - 1
	b.lines[last] = s.fit(b.lines[last]+"  …………", b.size, width)
	return b
}

// balanced narrows the lines as far as their number allows.
func (s style) balanced(b block, parts []string, width int) block {
	low, high := width/3, width
	for high-low > 4 {
		mid := (low + high) / 2
		if lines := s.wrap(parts, b.size, mid); len(lines) == len(b.lines) && s.widest(lines, b.size) <= mid {
			high = mid
		} else {
			low = mid
		}
	}
	b.lines = s.wrap(parts, b.size, high)
	return b
}

func (s style) widest(lines []string, size float64) int {
	widths := make([]int, len(lines))
	for i, l := range lines {
		widths[i] = s.width(l, size)
	}
	return slices.Max(append(widths, 0))
}

// wrap fills lines with parts. A part that is too wide for a line is broken where it must.
func (s style) wrap(parts []string, size float64, width int) []string {
	var lines []string
	line := ""
	for _, part := range parts {
		if line != "" && s.width(strings.TrimRight(line+part, " "), size) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += part
		for s.width(strings.TrimRight(line, " "), size) > width {
			n := s.head(line, size, width)
			lines = append(lines, line[:n])
			line = line[n:]
		}
	}
	if line = strings.TrimRight(line, " "); line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// head is how many bytes of text fit into width, one sign at least.
func (s style) head(text string, size float64, width int) int {
	fits := 0
	for i, r := range text {
		end := i + len(string(r))
		if fits > 0 && s.width(text[:end], size) > width {
			return fits
		}
		fits = end
	}
	return fits
}

// isLoose tells of Vietnamese and of scripts that fill their squares: their lines need more room.
func isLoose(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= 0x1EA0 && r <= 0x1EF9 || isSquare(r) })
}

func isSquare(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF || r == 'ー'
}

const (
	neverFirst = "、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】°′″℃%‰,.:;?!)]}…—～ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
	neverLast  = "‘“（〔［｛〈《「『【([{$£¥＄￡￥#＃"
)

// breakable cuts text where a line may end: behind spaces, and around signs of Chinese and Japanese but those that their
// printers never set first or last.
func breakable(text string) []string {
	var parts []string
	runes := []rune(text)
	from := 0
	for i := 1; i < len(runes); i++ {
		before, after := runes[i-1], runes[i]
		ends := before == ' ' || (isSquare(before) || isSquare(after)) && after != ' ' &&
			!strings.ContainsRune(neverFirst, after) && !strings.ContainsRune(neverLast, before)
		if ends {
			parts = append(parts, string(runes[from:i]))
			from = i
		}
	}
	return append(parts, string(runes[from:]))
}
