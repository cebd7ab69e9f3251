package diagrams

import (
	"strings"
	"unicode"
)

// chart is a flow chart as it was described.
type chart struct {
	direction string // TB, BT, LR, RL
	title     string
	steps     []*step // in the order of their first mention
	links     []link
	byID      map[string]*step
}

// step is a box.
type step struct {
	id    string
	shape string // as its brackets say
	lines []string

	// In the layout: across is the direction of reading of one rank, along that from rank to rank.
	rank, order     int
	across, along   float64 // of its middle
	width, height   float64 // as drawn
	breadth, length float64 // across and along
	bend            bool    // no box: a point where a long link passes a rank
	before, after   []*step
}

// link is an arrow.
type link struct {
	from, to   *step
	label      []string
	dotted     bool
	thick      bool
	hidden     bool   // only pushes apart
	head, tail string // "arrow", "circle", "cross" or ""

	through  []*step // from, its bends, to; against the ranks if reversed
	reversed bool
}

const (
	mostSteps = 120
	mostLinks = 240
	lineSigns = 28 // about so many signs of a label stand in one line
	mostLabel = 240
)

func (c *chart) step(id string) *step {
	if s, ok := c.byID[id]; ok {
		return s
	}
	s := &step{id: id, shape: "[", lines: wrapped(id)}
	c.byID[id] = s
	c.steps = append(c.steps, s)
	return s
}

// wrapped breaks a label at <br> and where it grows too long.
func wrapped(label string) []string {
	label = plain(label)
	var lines []string
	for part := range strings.SplitSeq(label, "\n") {
		line, signs := "", 0
		for word := range strings.FieldsSeq(part) {
			n := signsOf(word)
			if signs > 0 && signs+1+n > lineSigns {
				lines = append(lines, line)
				line, signs = "", 0
			}
			if signs > 0 {
				line += " "
				signs++
			}
			line += word
			signs += n
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func signsOf(s string) int {
	n := 0
	for _, r := range s {
		n++
		if isSquare(r) {
			n++
		}
	}
	return n
}

func isSquare(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF || r >= 0x1F300
}

// plain takes quotes, line breaks and emphasis out of a label.
func plain(label string) string {
	label = strings.TrimSpace(label)
	if len(label) >= 2 && label[0] == '"' && label[len(label)-1] == '"' {
		label = label[1 : len(label)-1]
	}
	label = strings.Trim(label, "`")
	for _, tag := range []string{"<br>", "<br/>", "<br />", `\n`, "<BR>"} {
		label = strings.ReplaceAll(label, tag, "\n")
	}
	for _, tag := range []string{"<b>", "</b>", "<i>", "</i>", "<strong>", "</strong>", "<em>", "</em>", "**"} {
		label = strings.ReplaceAll(label, tag, "")
	}
	return entities.Replace(shorten(label, mostLabel))
}
