package markdown

import (
	"bytes"
	"slices"
)

// rewrite is a text that is being made out of another. It knows for each of its lines where that comes from, so that
// warnings name the line that the author sees.
type rewrite struct {
	source []byte
	breaks []int // offsets of the line ends in source
	out    bytes.Buffer
	lines  []int // for each line of out the line of source, from 0
	limit  int   // most bytes of out
}

// expansionLimit is the most that a text may grow by, whatever it includes or repeats.
const expansionLimit = 4 << 20

func newRewrite(source []byte) *rewrite {
	r := &rewrite{source: source, lines: []int{0}, limit: len(source) + expansionLimit}
	for i, c := range source {
		if c == '\n' {
			r.breaks = append(r.breaks, i)
		}
	}
	r.out.Grow(len(source) + len(source)/8)
	return r
}

// line is the number of the line in which offset lies, from 0.
func (r *rewrite) line(offset int) int {
	n, _ := slices.BinarySearch(r.breaks, offset)
	return n
}

// copy takes a piece of the source over as it is.
func (r *rewrite) copy(start, stop int) {
	if start >= stop || r.full() {
		return
	}
	piece := r.source[start:stop]
	r.begin(start)
	r.out.Write(piece)
	line := r.line(start)
	for range bytes.Count(piece, []byte("\n")) {
		line++
		r.lines = append(r.lines, line)
	}
}

// make writes text that stands for what begins at offset.
func (r *rewrite) make(offset int, text string) {
	if text == "" || r.full() {
		return
	}
	r.begin(offset)
	r.out.WriteString(text)
	line := r.line(offset)
	for i := range len(text) {
		if text[i] == '\n' {
			r.lines = append(r.lines, line)
		}
	}
}

// begin lets an empty line be that of what is written into it.
func (r *rewrite) begin(offset int) {
	if last := len(r.lines) - 1; r.atLineStart() {
		r.lines[last] = r.line(offset)
	}
}

func (r *rewrite) atLineStart() bool {
	b := r.out.Bytes()
	return len(b) == 0 || b[len(b)-1] == '\n'
}

func (r *rewrite) full() bool { return r.out.Len() >= r.limit }

// origin tells of which line of the source a line of the result is.
func (r *rewrite) origin(line int) int {
	return r.lines[min(max(line, 0), len(r.lines)-1)]
}
