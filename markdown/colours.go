package markdown

import (
	"crypto/sha256"
	"encoding/binary"
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/util"
)

const (
	// coloursVersion is a part of every key: another highlighter, or another form of runs, makes other entries. A test holds
	// it against go.mod.
	coloursVersion = "chroma v2.27.0, form 1"

	maxHighlight = 100_000 // most bytes of one block that are coloured: it takes about a millisecond for each three kilobytes
	minKept      = 32      // a block of fewer is coloured as fast as its colours are read
)

// colours finds the colours of code and keeps them in a file.
type colours struct {
	languages map[string]bool // that have colours; chroma tries an unknown one against the file names of all, which takes 8 ms
	file      *coloursFile
}

func newColours(dir string) *colours {
	c := &colours{languages: map[string]bool{}, file: &coloursFile{dir: dir, limit: coloursLimit}}
	for _, name := range lexers.Names(true) {
		c.languages[strings.ToLower(name)] = true
	}
	return c
}

// of is the colours of code, nil if it has none.
func (c *colours) of(language, code string) []run {
	if !c.languages[language] || len(code) > maxHighlight {
		return nil
	}
	if len(code) < minKept {
		return colour(language, code)
	}
	key := coloursKey(sha256.Sum256([]byte(coloursVersion + "\x00" + language + "\x00" + code)))
	if data, ok := c.file.get(key); ok {
		if runs, ok := decodeRuns(data, len(code)); ok {
			return runs
		}
	}
	runs := colour(language, code)
	if runs != nil {
		c.file.put(key, encodeRuns(runs))
	}
	return runs
}

// run is a piece of code in one colour. Runs hold no text: laid over the code that an author wrote they become HTML, so
// whatever they say, they cannot say anything but how that code is coloured.
type run struct {
	kind chroma.TokenType // 0 has no colour
	size int              // in bytes
}

// paint writes code in the colours of runs, which cover it.
func paint(w util.BufWriter, code string, runs []run) {
	for _, r := range runs {
		text := html.EscapeString(code[:r.size])
		code = code[r.size:]
		if r.kind == 0 {
			write(w, text)
			continue
		}
		write(w, `<span class="`, chroma.StandardTypes[r.kind], `">`, text, "</span>")
	}
}

// colour finds the colours of code. They are nil where it has none, and where the highlighter would change the code itself.
// A lexer's mistake must not cost the reader the code.
func colour(language, code string) (runs []run) {
	defer func() {
		if recover() != nil {
			runs = nil
		}
	}()
	lexer := lexers.Get(language)
	if lexer == nil {
		return nil
	}
	it, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return nil
	}
	left := code
	for t := it(); t != chroma.EOF; t = it() {
		size := min(len(t.Value), len(left)) // a lexer may add the end of the last line
		if left[:size] != t.Value[:size] {
			return nil
		}
		left = left[size:]
		runs = appendRun(runs, t, size)
	}
	if left != "" {
		return nil
	}
	return runs
}

// appendRun adds the first size bytes of a token. Empty pieces are left out and those without a colour joined.
func appendRun(runs []run, t chroma.Token, size int) []run {
	kind := t.Type
	for kind != 0 && chroma.StandardTypes[kind] == "" {
		kind = kind.Parent()
	}
	if strings.TrimSpace(t.Value) == "" {
		kind = 0
	}
	switch last := len(runs) - 1; {
	case size == 0:
	case kind == 0 && last >= 0 && runs[last].kind == 0:
		runs[last].size += size
	default:
		runs = append(runs, run{kind, size})
	}
	return runs
}

func encodeRuns(runs []run) []byte {
	out := make([]byte, 0, 4*len(runs))
	for _, r := range runs {
		out = binary.AppendVarint(out, int64(r.kind))
		out = binary.AppendUvarint(out, uint64(r.size))
	}
	return out
}

// decodeRuns reads runs that cover exactly length bytes; ok is false for all else.
func decodeRuns(data []byte, length int) (runs []run, ok bool) {
	for len(data) > 0 {
		kind, n := binary.Varint(data)
		if n <= 0 {
			return nil, false
		}
		size, m := binary.Uvarint(data[n:])
		if m <= 0 || size == 0 || size > uint64(length) {
			return nil, false
		}
		if kind != 0 && chroma.StandardTypes[chroma.TokenType(kind)] == "" {
			return nil, false
		}
		length -= int(size)
		runs = append(runs, run{chroma.TokenType(kind), int(size)})
		data = data[n+m:]
	}
	return runs, length == 0
}
