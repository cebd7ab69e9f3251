package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// liquidPart is a piece of a text as Liquid reads it: text, an output {{ }} or a tag {% %}.
type liquidPart struct {
	start, stop int
	kind        byte   // 't', 'o' or '%'
	name        string // of a tag
	args        string // what stands behind the name, or the expression of an output
	from, to    int    // what a tag that takes its text as it is holds
}

var (
	liquidTag  = regexp.MustCompile(`^\s*([\w.#-]+)\s*((?s:.*))$`)
	liquidEnds = regexp.MustCompile(`\{%-?\s*(end[\w-]+)\s*-?%\}`)
)

// liquidScanner cuts a text into its parts. skip are the places that Liquid must not touch, sorted.
type liquidScanner struct {
	source []byte
	skip   [][2]int
	known  func(p liquidPart) bool // what is not known stays text; nil knows all
	ends   map[string][]int        // where the tags {% endname %} begin, by name
	parts  []liquidPart
	text   int  // where the text begins that is not cut off yet
	trim   bool // the white space that follows goes
}

func scanLiquid(source []byte, skip [][2]int, known func(liquidPart) bool) (parts []liquidPart, ends map[string][]int) {
	s := &liquidScanner{source: source, skip: skip, known: known, ends: map[string][]int{}}
	for _, m := range liquidEnds.FindAllSubmatchIndex(source, -1) {
		name := string(source[m[2]:m[3]])
		s.ends[name] = append(s.ends[name], m[0])
	}
	for at := 0; at < len(source); {
		n := bytes.IndexByte(source[at:], '{')
		if n < 0 {
			break
		}
		at += n
		if end := s.skipped(at); end > at {
			at = end
			continue
		}
		at = s.part(at)
	}
	s.textUntil(len(source), false)
	return s.parts, s.ends
}

// skipped is the end of the place around at that must not be touched, 0 if there is none.
func (s *liquidScanner) skipped(at int) int {
	i, _ := slices.BinarySearchFunc(s.skip, at, func(r [2]int, at int) int { return r[1] - 1 - at })
	if i < len(s.skip) && s.skip[i][0] <= at {
		return s.skip[i][1]
	}
	return 0
}

// part reads what begins at at, which is a brace, and returns where to go on.
func (s *liquidScanner) part(at int) int {
	if at+1 >= len(s.source) {
		return at + 1
	}
	kind, closes := byte('o'), "}}"
	switch s.source[at+1] {
	case '%':
		kind, closes = '%', "%}"
	case '{':
	default:
		return at + 1
	}
	window := s.source[at+2 : min(len(s.source), at+markLength)]
	n := bytes.Index(window, []byte(closes))
	if n < 0 {
		return at + 2
	}
	inner := string(window[:n])
	p := liquidPart{start: at, stop: at + 2 + n + 2, kind: kind}
	before, behind := strings.HasPrefix(inner, "-"), strings.HasSuffix(inner, "-")
	p.args = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(inner, "-"), "-"))
	if kind == '%' {
		m := liquidTag.FindStringSubmatch(p.args)
		if m == nil {
			return at + 2
		}
		p.name, p.args = m[1], strings.TrimSpace(m[2])
	}
	if s.known != nil && !s.known(p) {
		return at + 2
	}
	if isVerbatim(p.name) {
		behind = s.verbatim(&p) || behind
	}
	s.textUntil(at, before)
	s.parts = append(s.parts, p)
	s.text, s.trim = p.stop, behind
	return p.stop
}

func isVerbatim(tag string) bool {
	switch tag {
	case "raw", "highlight", "comment", "codeblock", "mermaid", "katex", "math", "plantuml", "graphviz", "doc":
		return true
	}
	return false
}

// verbatim finds the end of a tag whose text is not Liquid.
func (s *liquidScanner) verbatim(p *liquidPart) (trim bool) {
	ends := s.ends["end"+p.name]
	i, _ := slices.BinarySearch(ends, p.stop)
	if i == len(ends) {
		p.from, p.to = p.stop, p.stop
		return false
	}
	p.from, p.to = p.stop, ends[i]
	p.stop = ends[i] + bytes.Index(s.source[ends[i]:], []byte("%}")) + 2
	return s.source[p.stop-3] == '-'
}

// textUntil cuts off the text that ends at stop, without the white space at its ends that a tag takes away.
func (s *liquidScanner) textUntil(stop int, trim bool) {
	start := s.text
	for s.trim && start < stop && isBlank(s.source[start]) {
		start++
	}
	for trim && stop > start && isBlank(s.source[stop-1]) {
		stop--
	}
	if start < stop {
		s.parts = append(s.parts, liquidPart{start: start, stop: stop, kind: 't'})
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// liquidNode is a part with the parts that stand in it.
type liquidNode struct {
	liquidPart
	body []liquidNode
	arms []liquidNode // elsif, else and when, each with its own body
	open bool         // its end is missing
}

// liquidParser puts the parts of blocks into their blocks.
type liquidParser struct {
	parts []liquidPart
	ends  map[string][]int
	at    int
	depth int
}

// liquidNesting is deeper than anyone writes.
const liquidNesting = 50

// nodes reads to one of the tags named, which it returns; the name is "" at the end of the text.
func (p *liquidParser) nodes(stops func(name string) bool) ([]liquidNode, liquidPart) {
	var nodes []liquidNode
	for p.at < len(p.parts) {
		part := p.parts[p.at]
		p.at++
		if part.kind == '%' && stops(part.name) {
			return nodes, part
		}
		n := liquidNode{liquidPart: part}
		if part.kind == '%' && p.isBlock(part) && p.depth < liquidNesting {
			p.block(&n)
		}
		nodes = append(nodes, n)
	}
	return nodes, liquidPart{}
}

// isBlock tells whether a tag has an end: Liquid's own, and those of plugins whose end stands further down.
func (p *liquidParser) isBlock(part liquidPart) bool {
	switch part.name {
	case "if", "unless", "case", "for", "tablerow", "capture", "ifchanged":
		return true
	}
	if isVerbatim(part.name) {
		return false
	}
	ends := p.ends["end"+part.name]
	return len(ends) > 0 && ends[len(ends)-1] >= part.stop
}

func (p *liquidParser) block(n *liquidNode) {
	p.depth++
	defer func() { p.depth-- }()
	end := "end" + n.name
	stops := func(name string) bool {
		return name == end || n.isArm(name)
	}
	body, stop := p.nodes(stops)
	n.body = body
	for stop.name != "" && stop.name != end {
		arm := liquidNode{liquidPart: stop}
		arm.body, stop = p.nodes(stops)
		n.arms = append(n.arms, arm)
	}
	n.open = stop.name == ""
	if stop.stop > n.stop {
		n.stop = stop.stop
	}
}

func (n *liquidNode) isArm(name string) bool {
	switch n.name {
	case "if", "unless":
		return name == "elsif" || name == "elif" || name == "else"
	case "case":
		return name == "when" || name == "else"
	case "for":
		return name == "else"
	}
	return false
}
