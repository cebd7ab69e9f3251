package diagrams

import (
	"fmt"
	"html"
	"math"
	"strings"
)

func (p *picture) drawStep(s *step) {
	x, y := p.at(s.across, s.along)
	p.body.WriteString(`<g class="step">` + shapeOf(s, x, y))
	p.label(s.lines, x, y)
	p.body.WriteString("</g>\n")
}

func shapeOf(s *step, x, y float64) string {
	w, h := s.width, s.height
	l, t, r, b := x-w/2, y-h/2, x+w/2, y+h/2
	const slant = 15
	switch s.shape {
	case "(":
		return rect(l, t, w, h, 8)
	case "([":
		return rect(l, t, w, h, h/2)
	case "((":
		return circle(x, y, w/2)
	case "(((":
		return circle(x, y, w/2) + circle(x, y, w/2-4)
	case "[[":
		return rect(l, t, w, h, 2) + path("M%.1f %.1fV%.1fM%.1f %.1fV%.1f", l+7, t, b, r-7, t, b)
	case "[(":
		return path("M%.1f %.1fA%.1f 8 0 0 1 %.1f %.1fV%.1fA%.1f 8 0 0 1 %.1f %.1fZ", l, t+8, w/2, r, t+8, b-8, w/2, l, b-8) +
			path("M%.1f %.1fA%.1f 8 0 0 0 %.1f %.1f", l, t+8, w/2, r, t+8)
	case "{":
		return polygon(x, t, r, y, x, b, l, y)
	case "{{":
		return polygon(l+slant, t, r-slant, t, r, y, r-slant, b, l+slant, b, l, y)
	case "[/":
		return polygon(l+slant, t, r, t, r-slant, b, l, b)
	case "[\\":
		return polygon(l, t, r-slant, t, r, b, l+slant, b)
	case "/\\":
		return polygon(l+slant, t, r-slant, t, r, b, l, b)
	case "\\/":
		return polygon(l, t, r, t, r-slant, b, l+slant, b)
	case ">":
		return polygon(l, t, r, t, r, b, l, b, l+slant, y)
	}
	return rect(l, t, w, h, 2)
}

func rect(x, y, w, h, radius float64) string {
	return fmt.Sprintf(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.1f"></rect>`, x, y, w, h, radius)
}

func circle(x, y, radius float64) string {
	return fmt.Sprintf(`<circle cx="%.1f" cy="%.1f" r="%.1f"></circle>`, x, y, radius)
}

func path(format string, values ...any) string {
	return `<path d="` + fmt.Sprintf(format, values...) + `"></path>`
}

func polygon(points ...float64) string {
	var b strings.Builder
	for i, v := range points {
		if i > 0 {
			b.WriteString(map[bool]string{true: ",", false: " "}[i%2 == 1])
		}
		fmt.Fprintf(&b, "%.1f", v)
	}
	return `<polygon points="` + b.String() + `"></polygon>`
}

// label sets lines of words around a point.
func (p *picture) label(lines []string, x, y float64) {
	y -= float64(len(lines)-1) * lineHeight / 2
	for i, line := range lines {
		fmt.Fprintf(&p.body, `<text x="%.1f" y="%.1f" dy=".34em" text-anchor="middle">%s</text>`, x, y+float64(i)*lineHeight, html.EscapeString(line))
	}
}

// drawLink draws a link from the edge of one step through its bends to the edge of the other.
func (p *picture) drawLink(l *link) {
	n := len(l.through)
	points := make([][2]float64, 0, 2*n)
	for i, s := range l.through {
		enter, leave := s.along-s.length/2, s.along+s.length/2
		switch {
		case s.bend:
			points = append(points, [2]float64{s.across, s.along})
		case i == 0:
			points = append(points, [2]float64{s.across + port(s, l.through[1]), leave})
		case i == n-1:
			points = append(points, [2]float64{s.across + port(s, l.through[n-2]), enter})
		}
	}
	p.body.WriteString(`<g class="link` + classOf(l) + `">` + p.curve(points))
	first, last := points[0], points[len(points)-1]
	head, tail := l.head, l.tail
	if l.reversed {
		head, tail = tail, head
	}
	p.tip(head, last, 1)
	p.tip(tail, first, -1)
	p.body.WriteString("</g>\n")
	if len(l.label) > 0 {
		p.linkLabel(l)
	}
}

// port is how far from the middle of its edge a link meets a box: links to several sides do not all meet in one point. The
// other shapes have a point where their middle is.
func port(s, other *step) float64 {
	if s.shape != "[" && s.shape != "(" && s.shape != "[[" || len(s.before)+len(s.after) < 2 {
		return 0
	}
	side := s.after
	if other.rank < s.rank {
		side = s.before
	}
	if len(side) < 2 {
		return 0
	}
	return math.Max(-0.3, math.Min(0.3, (other.across-s.across)/400)) * s.breadth
}

func classOf(l *link) string {
	switch {
	case l.dotted:
		return " dotted"
	case l.thick:
		return " thick"
	}
	return ""
}

// curve leaves and enters each point in the direction from rank to rank.
func (p *picture) curve(points [][2]float64) string {
	var d strings.Builder
	x, y := p.at(points[0][0], points[0][1])
	fmt.Fprintf(&d, "M%.1f %.1f", x, y)
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		middle := (a[1] + b[1]) / 2
		x1, y1 := p.at(a[0], middle)
		x2, y2 := p.at(b[0], middle)
		x, y := p.at(b[0], b[1])
		fmt.Fprintf(&d, "C%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x2, y2, x, y)
	}
	return `<path d="` + d.String() + `"></path>`
}

// tip draws the end of a link at a point; forward is 1 if it points the way that ranks go.
func (p *picture) tip(kind string, at [2]float64, forward float64) {
	x, y := p.at(at[0], at[1])
	backX, backY := p.at(at[0], at[1]-9*forward)
	sideX, sideY := p.at(at[0]+4.5, at[1]-9*forward)
	dx, dy := sideX-backX, sideY-backY
	switch kind {
	case "arrow":
		p.body.WriteString(polygon(x, y, backX+dx, backY+dy, backX-dx, backY-dy))
	case "circle":
		p.body.WriteString(circle((x+backX)/2, (y+backY)/2, 4.5))
	case "cross":
		p.body.WriteString(path("M%.1f %.1fL%.1f %.1fM%.1f %.1fL%.1f %.1f", backX+dx, backY+dy, x-dx, y-dy, backX-dx, backY-dy, x+dx, y+dy))
	}
}

// middle is where the words of a link stand: half way through the first gap between ranks that it passes.
func (p *picture) middle(l *link) (across, along float64) {
	a, b := l.through[0], l.through[1]
	return (a.across + b.across) / 2, (a.along + a.length/2 + b.along - b.length/2) / 2
}

func (p *picture) linkLabel(l *link) {
	x, y := p.at(p.middle(l))
	w, h := widest(l.label)+8, float64(len(l.label))*lineHeight
	p.body.WriteString(`<g class="words">` + rect(x-w/2, y-h/2, w, h, 3))
	p.label(l.label, x, y)
	p.body.WriteString("</g>\n")
}
