package diagrams

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// entities are mermaid's ways to write signs that mean something to it.
var entities = strings.NewReplacer("#quot;", `"`, "#amp;", "&", "#lt;", "<", "#gt;", ">", "#35;", "#", "&quot;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&", "#nbsp;", " ")

var (
	header   = regexp.MustCompile(`(?i)^(?:graph|flowchart(?:-elk)?)(?:\s+(TB|TD|BT|LR|RL))?\s*$`)
	kindWord = regexp.MustCompile(`^[A-Za-z][\w-]*`)
	stepID   = regexp.MustCompile(`^[\pL\pN_](?:[\pL\pN_.]|-[\pL\pN_])*`)
	class    = regexp.MustCompile(`^:::[\w-]+`)
	looks    = regexp.MustCompile(`^(?:classDef|class|style|linkStyle|click)\s`)
	beyond   = regexp.MustCompile(`^(?:subgraph|direction)\b`)

	// An arrow: what it begins and ends with, its line, and the words in it or behind it.
	arrow     = regexp.MustCompile(`^([<ox])?(--+|==+|-\.+-?|~~~+)([>ox])?`)
	worded    = regexp.MustCompile(`^([<ox])?(--|==|-\.)\s+(.+?)\s*(--+|==+|\.+-)([>ox])?`)
	wordBound = regexp.MustCompile(`^\|([^|]*)\|`)
)

// brackets are tried in this order; what closes a step says its shape with what opens it.
func brackets() [][3]string {
	return [][3]string{
		{"(((", ")))", "((("},
		{"([", "])", "(["},
		{"((", "))", "(("},
		{"[[", "]]", "[["},
		{"[(", ")]", "[("},
		{"{{", "}}", "{{"},
		{"[/", "/]", "[/"},
		{"[/", "\\]", "/\\"},
		{"[\\", "\\]", "[\\"},
		{"[\\", "/]", "\\/"},
		{"[", "]", "["},
		{"(", ")", "("},
		{"{", "}", "{"},
		{">", "]", ">"},
	}
}

// read reads a description. It may begin with a title between --- lines, and has a first line such as "flowchart TD".
func read(language, source string) (*chart, error) {
	c := &chart{direction: "TB", byID: map[string]*step{}}
	lines := c.front(strings.Split(strings.ReplaceAll(source, "\r", ""), "\n"))
	begun := language != "mermaid"
	for i, line := range lines {
		for statement := range statements(line) {
			if m := header.FindStringSubmatch(statement); m != nil && len(c.steps) == 0 {
				begun = true
				c.turn(m[1])
				continue
			}
			if !begun {
				return nil, fmt.Errorf("a diagram of the kind %q is not drawn: flowchart and graph are", kindWord.FindString(statement))
			}
			if err := c.statement(statement); err != nil {
				return nil, fmt.Errorf("line %d of the diagram: %w", i+1, err)
			}
		}
	}
	if len(c.steps) == 0 {
		return nil, errors.New("the diagram has no steps: write such as A --> B")
	}
	return c, nil
}

func (c *chart) turn(direction string) {
	switch d := strings.ToUpper(direction); d {
	case "":
	case "TD":
		c.direction = "TB"
	default:
		c.direction = d
	}
}

// front blanks a title between --- lines, so that the numbers of the others stay.
func (c *chart) front(lines []string) []string {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return lines
	}
	lines[0] = ""
	for i, line := range lines[1:] {
		line = strings.TrimSpace(line)
		lines[i+1] = ""
		if title, ok := strings.CutPrefix(line, "title:"); ok {
			c.title = plain(title)
		}
		if line == "---" {
			break
		}
	}
	return lines
}

// statements are the parts of a line between semicolons outside of words.
func statements(line string) func(func(string) bool) {
	return func(yield func(string) bool) {
		if strings.HasPrefix(strings.TrimSpace(line), "%%") {
			return
		}
		depth, quoted, from := 0, false, 0
		emit := func(to int) bool {
			s := strings.TrimSpace(line[from:to])
			from = to + 1
			return s == "" || yield(s)
		}
		for i, r := range line {
			switch {
			case r == '"':
				quoted = !quoted
			case quoted:
			case strings.ContainsRune("[({", r):
				depth++
			case strings.ContainsRune("])}", r):
				depth--
			case r == ';' && depth <= 0:
				if !emit(i) {
					return
				}
			}
		}
		emit(len(line))
	}
}

// statement reads "A[Start] --> B & C -->|yes| D".
func (c *chart) statement(s string) error {
	if looks.MatchString(s + " ") {
		return nil // colours and clicks: the site's own colours hold
	}
	if beyond.MatchString(s) || s == "end" {
		return fmt.Errorf("%s is not drawn: write steps and arrows alone", kindWord.FindString(s))
	}
	from, rest, err := c.group(s)
	if err != nil {
		return err
	}
	for rest != "" {
		l, after, ok := readArrow(rest)
		if !ok {
			return fmt.Errorf("an arrow such as --> is missing before %.40q", rest)
		}
		var to []*step
		if to, rest, err = c.group(after); err != nil {
			return err
		}
		for _, a := range from {
			for _, b := range to {
				l.from, l.to = a, b
				c.links = append(c.links, l)
			}
		}
		from = to
	}
	if len(c.steps) > mostSteps || len(c.links) > mostLinks {
		return fmt.Errorf("it has more than %d steps or %d arrows: split it", mostSteps, mostLinks)
	}
	return nil
}

// group reads "A & B[words]".
func (c *chart) group(s string) (steps []*step, rest string, err error) {
	for {
		st, after, err := c.readStep(strings.TrimSpace(s))
		if err != nil {
			return nil, "", err
		}
		steps = append(steps, st)
		rest = strings.TrimSpace(after)
		next, more := strings.CutPrefix(rest, "&")
		if !more {
			return steps, rest, nil
		}
		s = next
	}
}

func (c *chart) readStep(s string) (*step, string, error) {
	id := stepID.FindString(s)
	if id == "" {
		return nil, "", fmt.Errorf("the name of a step is missing before %.40q", s)
	}
	// A name ends before an arrow that follows at once: A-->B, A---oB.
	if i := strings.Index(id, "--"); i > 0 {
		id = id[:i]
	}
	st, rest := c.step(id), s[len(id):]
	for _, b := range brackets() {
		inner, ok := strings.CutPrefix(rest, b[0])
		if !ok {
			continue
		}
		label, after, ok := enclosed(inner, b[1])
		if !ok {
			continue
		}
		st.shape, st.lines, rest = b[2], wrapped(label), after
		break
	}
	rest = class.ReplaceAllString(strings.TrimLeft(rest, " \t"), "")
	if rest != "" && strings.ContainsAny(rest[:1], "[({@") {
		return nil, "", fmt.Errorf("the step %s has no end, or a shape that is not drawn: %.40q", id, rest)
	}
	return st, rest, nil
}

// enclosed reads up to the bracket that closes a step. Within quotes brackets are words.
func enclosed(s, end string) (label, rest string, ok bool) {
	if t := strings.TrimLeft(s, " "); strings.HasPrefix(t, `"`) {
		if i := strings.Index(t[1:], `"`); i >= 0 {
			rest, ok = strings.CutPrefix(strings.TrimLeft(t[i+2:], " "), end)
			return t[:i+2], rest, ok
		}
	}
	label, rest, ok = strings.Cut(s, end)
	return label, rest, ok && !strings.ContainsAny(label, "[]{}")
}

// readArrow reads an arrow with its words: in it, or between bars behind it.
func readArrow(s string) (l link, rest string, ok bool) {
	if m := worded.FindStringSubmatch(s); m != nil && !strings.ContainsAny(m[3][:1], "->") && sameLine(m[2], m[4]) {
		l = link{label: wrapped(m[3]), head: end(m[5]), tail: end(m[1])}
		l.line(m[2])
		return l, strings.TrimSpace(s[len(m[0]):]), true
	}
	m := arrow.FindStringSubmatch(s)
	if m == nil || m[3] == "" && len(m[2]) < 3 {
		return l, "", false
	}
	l = link{head: end(m[3]), tail: end(m[1])}
	l.line(m[2])
	rest = strings.TrimSpace(s[len(m[0]):])
	if w := wordBound.FindStringSubmatch(rest); w != nil {
		l.label = wrapped(w[1])
		rest = strings.TrimSpace(rest[len(w[0]):])
	}
	return l, rest, true
}

// sameLine tells whether the second half of an arrow goes on as the first began.
func sameLine(first, second string) bool {
	return first == "--" && second[0] == '-' || first == "==" && second[0] == '=' || first == "-." && second[0] == '.'
}

func (l *link) line(signs string) {
	l.dotted = strings.HasPrefix(signs, "-.")
	l.thick = strings.HasPrefix(signs, "=")
	l.hidden = strings.HasPrefix(signs, "~")
}

func end(sign string) string {
	return map[string]string{">": "arrow", "<": "arrow", "o": "circle", "x": "cross"}[sign]
}
