package diagrams

import (
	"fmt"
	"html"
	"math"
	"strings"
)

func flow(language, source string) (string, error) {
	c, err := read(language, source)
	if err != nil {
		return "", err
	}
	sideways := c.direction == "LR" || c.direction == "RL"
	for _, s := range c.steps {
		s.width, s.height = boxOf(s)
		s.breadth, s.length = s.width, s.height
		if sideways {
			s.breadth, s.length = s.height, s.width
		}
	}
	for _, l := range c.links {
		if l.from == l.to {
			return "", fmt.Errorf("the step %s leads to itself, which is not drawn", l.from.id)
		}
	}
	ranks := c.place()
	p := &picture{chart: c}
	p.frame(ranks)
	return p.draw(ranks), nil
}

// boxOf is how large a step is drawn.
func boxOf(s *step) (width, height float64) {
	width, height = widest(s.lines)+32, float64(len(s.lines))*lineHeight+20
	switch s.shape {
	case "{":
		width, height = width*1.25+24, height*1.35+22
	case "((", "(((":
		width = max(width, height)
		height = width
	case "{{", "[/", "[\\", "/\\", "\\/", ">":
		width += 30
	case "[(":
		height += 18
	case "[[", "([":
		width += 14
	}
	return max(width, 54), height
}

// widest is about how wide lines are: which font a reader has is not known, so a little more.
func widest(lines []string) float64 {
	most := 0.0
	for _, l := range lines {
		width := 0.0
		for _, r := range l {
			width += signWidth(r)
		}
		most = max(most, width)
	}
	return most * fontSize
}

func signWidth(r rune) float64 {
	switch {
	case isSquare(r):
		return 1.02
	case strings.ContainsRune("iljtfrI.,:;'|!()[]", r):
		return 0.36
	case strings.ContainsRune("mwMW@%—", r):
		return 0.92
	case r >= 'A' && r <= 'Z':
		return 0.7
	}
	return 0.58
}

// picture turns a chart's positions into those of the drawing.
type picture struct {
	*chart
	low, high   float64 // across
	extent      float64 // along
	body        strings.Builder
	width, tall float64
}

func (p *picture) frame(ranks [][]*step) {
	p.low, p.high = math.Inf(1), math.Inf(-1)
	for _, rank := range ranks {
		for _, s := range rank {
			p.low, p.high = min(p.low, s.across-s.breadth/2), max(p.high, s.across+s.breadth/2)
			p.extent = max(p.extent, s.along+s.length/2)
		}
	}
	// Words at an arrow may stand out beyond the steps.
	if p.direction == "TB" || p.direction == "BT" {
		for i := range p.links {
			l := &p.links[i]
			across, _ := p.middle(l)
			p.low, p.high = min(p.low, across-widest(l.label)/2-6), max(p.high, across+widest(l.label)/2+6)
		}
	}
	p.width, p.tall = p.high-p.low+2*border, p.extent+2*border
	if p.direction == "LR" || p.direction == "RL" {
		p.width, p.tall = p.tall, p.width
	}
}

// at is where a point of the layout lies in the drawing.
func (p *picture) at(across, along float64) (x, y float64) {
	across, back := across-p.low+border, p.extent-along+border
	along += border
	switch p.direction {
	case "BT":
		return across, back
	case "LR":
		return along, across
	case "RL":
		return back, across
	}
	return across, along
}

func (p *picture) draw(ranks [][]*step) string {
	for i := range p.links {
		if l := &p.links[i]; !l.hidden {
			p.drawLink(l)
		}
	}
	for _, rank := range ranks {
		for _, s := range rank {
			if !s.bend {
				p.drawStep(s)
			}
		}
	}
	return fmt.Sprintf(`<svg class="flow" role="img" aria-label="%s" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">`+"\n%s</svg>",
		html.EscapeString(p.told()), p.width, p.tall, p.width, p.tall, p.body.String())
}

// told is the chart in a line, for who does not see it.
func (p *picture) told() string {
	var parts []string
	linked := map[*step]bool{}
	for _, l := range p.links {
		if l.hidden {
			continue
		}
		linked[l.from], linked[l.to] = true, true
		sign := "→"
		if l.head == "" && l.tail == "" {
			sign = "—"
		}
		part := strings.Join(l.from.lines, " ") + " " + sign + " " + strings.Join(l.to.lines, " ")
		if len(l.label) > 0 {
			part += " (" + strings.Join(l.label, " ") + ")"
		}
		parts = append(parts, part)
	}
	for _, s := range p.steps {
		if !linked[s] {
			parts = append(parts, strings.Join(s.lines, " "))
		}
	}
	text := strings.Join(parts, "; ")
	if p.title != "" {
		text = p.title + ": " + text
	}
	return shorten(text, 1_200)
}
