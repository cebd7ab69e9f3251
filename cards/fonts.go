package cards

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/andybalholm/brotli"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
)

// fonts are those of one card. Files are read when a sign of theirs is drawn.
type fonts struct {
	files  fs.FS
	slices []*slice
	loaded map[string]*opentype.Font
	faces  map[faceKey]font.Face
	err    error // the first one: what cannot be read is left out of the picture
}

// slice is a font, or a part of one that is too large to be read whole.
type slice struct {
	family, file string
	ranges       [][2]rune
}

type faceKey struct {
	file string
	size float64
}

func (s *slice) has(r rune) bool {
	i, found := slices.BinarySearchFunc(s.ranges, r, func(span [2]rune, r rune) int { return int(span[0] - r) })
	return found || i > 0 && r <= s.ranges[i-1][1]
}

// openFonts reads which signs which file has.
func openFonts(files fs.FS) (*fonts, error) {
	f, err := files.Open("index.br")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("static/dist holds no fonts: run `make assets`, then build again")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := &fonts{files: files, loaded: map[string]*opentype.Font{}, faces: map[faceKey]font.Face{}}
	lines := bufio.NewScanner(brotli.NewReader(f))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s, err := readSlice(lines.Text())
		if err != nil {
			return nil, err
		}
		all.slices = append(all.slices, s)
	}
	return all, lines.Err()
}

// readSlice reads "zh zh-4 6n8-6nb 6ne": the family, the file, and its signs in base 36.
func readSlice(line string) (*slice, error) {
	family, rest, _ := strings.Cut(line, " ")
	file, rest, ok := strings.Cut(rest, " ")
	if !ok {
		return nil, fmt.Errorf("the index of fonts has the line %.40q: run `make assets` again", line)
	}
	s := &slice{family: family, file: file}
	for part := range strings.FieldsSeq(rest) {
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			to = from
		}
		a, err := strconv.ParseInt(from, 36, 32)
		if err != nil {
			return nil, err
		}
		b, err := strconv.ParseInt(to, 36, 32)
		if err != nil {
			return nil, err
		}
		s.ranges = append(s.ranges, [2]rune{rune(a), rune(b)})
	}
	return s, nil
}

// find is the first slice of the families that has r; nil if there is none.
func (f *fonts) find(families []string, r rune) *slice {
	for _, family := range families {
		for _, s := range f.slices {
			if s.family == family && s.has(r) {
				return s
			}
		}
	}
	return nil
}

// face opens a file at a size in pixels; nil if it cannot be read.
func (f *fonts) face(file string, size float64) font.Face {
	key := faceKey{file, size}
	if face, ok := f.faces[key]; ok {
		return face
	}
	parsed, err := f.load(file)
	if err == nil {
		var face font.Face
		if face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72}); err == nil {
			f.faces[key] = face
			return face
		}
	}
	f.err = errors.Join(f.err, fmt.Errorf("font %s: %w", file, err))
	return nil
}

func (f *fonts) load(file string) (*opentype.Font, error) {
	if parsed, ok := f.loaded[file]; ok {
		return parsed, nil
	}
	r, err := f.files.Open(file + ".ttf.br")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(brotli.NewReader(r))
	if err != nil {
		return nil, err
	}
	parsed, err := opentype.Parse(data)
	if err == nil {
		f.loaded[file] = parsed
	}
	return parsed, err
}

// style is the families that words of a language are drawn with, in the order in which they are asked for a sign.
type style struct {
	fonts    *fonts
	families []string
	eastern  []string // for words with Chinese, Japanese or Korean signs in them: their own Latin letters go with them
}

func (f *fonts) style(lang string, title bool) style {
	western := "serif-text"
	if title {
		western = "serif"
	}
	east := []string{"zh", "ja", "ko"}
	if base, _, _ := strings.Cut(strings.ToLower(lang), "-"); slices.Contains(east, base) {
		east = append([]string{base}, slices.DeleteFunc(east, func(s string) bool { return s == base })...)
	}
	return style{fonts: f, families: append([]string{western}, east...), eastern: append(slices.Clone(east), western)}
}

// familiesFor chooses by the words: kana and Hangul tell the country where the language does not.
func (s style) familiesFor(text string) []string {
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }):
		return first(s.eastern, "ja")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }):
		return first(s.eastern, "ko")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return s.eastern
	}
	return s.families
}

func first(families []string, name string) []string {
	out := []string{name}
	for _, f := range families {
		if f != name {
			out = append(out, f)
		}
	}
	return out
}
