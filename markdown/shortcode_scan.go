package markdown

import (
	"bytes"
	"regexp"
	"strings"
)

// mark is a place in a text where a shortcode begins or ends, or where one is only shown.
type mark struct {
	start, end int
	name       string
	args       arguments
	kind       markKind
	style      byte // '<' and '%' of Hugo, '(' of Zola
	alone      bool // it says itself that it has no end: {{< x />}}
	code       bool // it stands in code
}

type markKind byte

const (
	begins markKind = iota
	ends
	shown // {{</* x */>}}: shown as {{< x >}}
	torn  // {{< x without an end
)

// scanner finds the marks of a text in one pass. It skips code as Markdown has it. What a shortcode holds that takes its
// text as it is may look like code that never ends, so it is skipped too.
type scanner struct {
	source  []byte
	dialect Dialect
	at      int
	marks   []mark
	code    [][2]int // the places that are code
	torn    []int    // where a mark begins that never ends
	inList  bool     // an indented line may belong to the list above
	blank   bool     // the line above is empty
	open    int      // shortcodes that await their end: what is in them is often indented, and no code for that

	endless map[string]bool // names whose end does not come any more; "<!--" is one: looking again and again would take long
}

func scanText(source []byte, d Dialect) *scanner {
	s := &scanner{source: source, dialect: d, blank: true, endless: map[string]bool{}}
	for s.at < len(source) {
		s.line()
	}
	return s
}

// line reads one line, or the block of code that begins with it.
func (s *scanner) line() {
	stop := lineEnd(s.source, s.at)
	line := s.source[s.at:stop]
	if len(bytes.TrimSpace(line)) == 0 {
		s.blank, s.at = true, stop
		return
	}
	body, quoted := afterMarks(line)
	switch {
	case fenceMark(body) != "":
		s.inCode(s.at, fenceEnd(s.source, stop, fenceMark(body), quoted))
	case s.blank && !s.inList && s.open == 0 && indented(line):
		s.inCode(s.at, stop)
		return // the next line may go on
	default:
		s.inList = isListItem(line) || s.inList && (indented(line) || line[0] == ' ' || !s.blank)
		s.inline(stop)
	}
	s.blank = false
}

func lineEnd(source []byte, at int) int {
	if n := bytes.IndexByte(source[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(source)
}

func indented(line []byte) bool {
	return line[0] == '\t' || bytes.HasPrefix(line, []byte("    "))
}

func isListItem(line []byte) bool {
	line = bytes.TrimLeft(line, " >")
	return len(line) > 0 && line[0] != '>' && markAt(line) > 0 || bytes.HasPrefix(line, []byte(": "))
}

// afterMarks is what line holds behind the marks of quotes and lists.
func afterMarks(line []byte) (body []byte, quoted bool) {
	body = bytes.TrimLeft(line, " \t")
	for len(body) > 0 {
		n := markAt(body)
		if n == 0 && bytes.HasPrefix(body, []byte(": ")) {
			n = 1
		}
		if n == 0 {
			break
		}
		quoted = quoted || body[0] == '>'
		body = bytes.TrimLeft(body[n:], " \t")
	}
	return body, quoted
}

// fenceMark is the run of signs with which body opens a block of code, "" if it does not.
func fenceMark(body []byte) string {
	if len(body) < 3 || body[0] != '`' && body[0] != '~' {
		return ""
	}
	rest := bytes.TrimLeft(body, string(body[0]))
	if run := len(body) - len(rest); run >= 3 && (body[0] == '~' || bytes.IndexByte(rest, '`') < 0) {
		return string(body[:run])
	}
	return ""
}

// fenceEnd is where the block of code ends whose first line ends at offset at.
func fenceEnd(source []byte, at int, fence string, quoted bool) int {
	for at < len(source) {
		stop := lineEnd(source, at)
		body := bytes.TrimLeft(source[at:stop], " \t")
		if quoted {
			if len(body) == 0 || body[0] != '>' {
				return at
			}
			body = bytes.TrimLeft(body, " \t>")
		}
		if rest, ok := bytes.CutPrefix(body, []byte(fence)); ok && len(bytes.Trim(rest, fence[:1]+" \t\r\n")) == 0 {
			return stop
		}
		at = stop
	}
	return at
}

// inCode reads from start to stop, which is code.
func (s *scanner) inCode(start, stop int) {
	first, tornBefore := len(s.marks), len(s.torn)
	s.code = append(s.code, [2]int{start, stop})
	for s.at = start; s.at < stop; {
		n := bytes.IndexByte(s.source[s.at:stop], '{')
		if n < 0 {
			break
		}
		if s.at += n; !s.mark() {
			s.at++
		}
	}
	s.at = max(s.at, stop)
	s.torn = s.torn[:tornBefore]
	for i := first; i < len(s.marks); i++ {
		s.marks[i].code = true
	}
}

// inline reads to stop, the end of a line of text. Code spans and marks may reach beyond it.
func (s *scanner) inline(stop int) {
	for s.at < stop {
		switch s.source[s.at] {
		case '\\':
			s.at += 2
		case '`':
			if end := codeSpanEnd(s.source, s.at); end > 0 {
				s.inCode(s.at, end)
			} else {
				s.at += runLength(s.source[s.at:])
			}
		case '<':
			s.at += max(1, s.comment(), s.columnBreak())
		case '{':
			if !s.mark() {
				s.at++
			}
		default:
			s.at++
		}
	}
	if s.at > stop && s.at < len(s.source) && s.source[s.at-1] != '\n' {
		s.inline(lineEnd(s.source, s.at)) // the rest of the line in which the mark or the span ended
	}
}

func runLength(s []byte) int { return len(s) - len(bytes.TrimLeft(s, "`")) }

// codeSpanEnd is where the code span ends that begins at start, 0 if none does.
func codeSpanEnd(source []byte, start int) int {
	run := runLength(source[start:])
	for at := start + run; at < len(source); {
		switch source[at] {
		case '`':
			n := runLength(source[at:])
			if at += n; n == run {
				return at
			}
		case '\n':
			at++
			if next := source[at:lineEnd(source, at)]; len(bytes.TrimSpace(next)) == 0 {
				return 0
			}
		default:
			at++
		}
	}
	return 0
}

// comment is the length of the HTML comment at the place where the scanner stands: nobody sees what is in it.
func (s *scanner) comment() int {
	rest := s.source[s.at:]
	if !bytes.HasPrefix(rest, []byte("<!--")) || s.endless["<!--"] {
		return 0
	}
	if n := bytes.Index(rest, []byte("-->")); n >= 0 {
		return n + 3
	}
	s.endless["<!--"] = true
	return 0
}

// columnBreak is the length of the sign that parts columns in one of the most used themes.
func (s *scanner) columnBreak() int {
	const sign = "<--->"
	if s.open == 0 || !bytes.HasPrefix(s.source[s.at:], []byte(sign)) {
		return 0
	}
	s.marks = append(s.marks, mark{start: s.at, end: s.at + len(sign), name: "column_break", style: '<', alone: true})
	return len(sign)
}

// mark reads the mark at the place where the scanner stands and moves behind it. It is false if none stands there.
func (s *scanner) mark() bool {
	rest := s.source[s.at:min(len(s.source), s.at+markLength)]
	if !bytes.HasPrefix(rest, []byte("{{")) && !bytes.HasPrefix(rest, []byte("{%")) {
		return false
	}
	var m mark
	var ok bool
	switch {
	case bytes.HasPrefix(rest, []byte("{{<")), bytes.HasPrefix(rest, []byte("{{%")):
		m, ok = hugoMark(rest, s.dialect == DialectJekyll)
	case s.dialect != DialectJekyll:
		m, ok = zolaMark(rest, s.dialect == DialectZola)
	}
	if !ok {
		if m.kind == torn {
			s.torn = append(s.torn, s.at)
		}
		return false
	}
	m.start += s.at
	m.end += s.at
	s.marks = append(s.marks, m)
	s.at = m.end
	switch known, _ := shortcodeNamed(m.name); {
	case m.kind == ends && known.closes && s.open > 0:
		s.open--
	case m.kind == begins && !m.alone && known.text == raw:
		s.skipRaw(m)
	case m.kind == begins && !m.alone && known.closes:
		s.open++
	}
	return true
}

// skipRaw moves to the end of a shortcode that takes its text as it is.
func (s *scanner) skipRaw(m mark) {
	key := m.name
	end := zolaEnd
	if m.style == '(' {
		key = "("
	} else {
		end = regexp.MustCompile(`(?i)\{\{[<%]` + pluginMark + `?\s*/\s*` + regexp.QuoteMeta(m.name) + `\s*[>%]\}\}`)
	}
	if s.endless[key] {
		return
	}
	loc := end.FindIndex(s.source[s.at:])
	if loc == nil {
		s.endless[key] = true
		return
	}
	s.marks = append(s.marks, mark{start: s.at + loc[0], end: s.at + loc[1], name: m.name, kind: ends, style: m.style})
	s.at += loc[1]
}

// markLength is the most that one mark may take: who forgot to close one does not have the rest of the text read for it
// at each of the next.
const markLength = 16 << 10

var (
	hugoName = regexp.MustCompile(`^\s*(/?)\s*([\pL\pN_][\pL\pN_./-]*)`)
	zolaCall = regexp.MustCompile(`^(\{\{|\{%)-?\s*([A-Za-z_][\w:.]*)\(`)
	zolaEnd  = regexp.MustCompile(`\{%-?\s*end\s*-?%\}`)
	zolaStop = regexp.MustCompile(`^\{%-?\s*end\s*-?%\}`)
)

// hugoMark reads {{< name arguments >}}, {{< /name >}} and {{</* shown */>}} at the beginning of s.
// If plugins, only those count that Liquid made of its tags.
func hugoMark(s []byte, plugins bool) (mark, bool) {
	if len(s) < 5 || plugins && !bytes.HasPrefix(s[3:], []byte(pluginMark)) {
		return mark{}, false
	}
	style := s[2]
	close := "%}}"
	if style == '<' {
		close = ">}}"
	}
	if bytes.HasPrefix(s[3:], []byte("/*")) {
		n := bytes.Index(s, []byte("*/"+close))
		if n < 5 {
			return mark{}, false
		}
		return mark{end: n + 5, kind: shown, style: style, name: string(s[5:n])}, true
	}
	n := argumentEnd(s[3:], close)
	if n < 0 {
		return mark{kind: torn}, false
	}
	inner := strings.TrimSpace(strings.TrimPrefix(string(s[3:3+n]), pluginMark))
	m := mark{end: 3 + n + 3, style: style}
	if rest, alone := strings.CutSuffix(inner, "/"); alone && rest != "" {
		inner, m.alone = rest, true
	}
	name := hugoName.FindStringSubmatch(inner)
	if name == nil {
		return mark{}, false
	}
	m.name = strings.ToLower(strings.Trim(name[2], "/"))
	if name[1] != "" {
		m.kind = ends
	} else {
		m.args = parseArguments(inner[len(name[0]):])
	}
	return m, true
}

// zolaMark reads {{ name(arguments) }}, {% name(arguments) %}, {% end %} and {{/* shown */}} at the beginning of s. Where
// the text was not written for Zola, only what Vang knows is meant.
func zolaMark(s []byte, zola bool) (mark, bool) {
	if zola {
		if m, ok := zolaEscape(s); ok {
			return m, true
		}
	}
	if loc := zolaStop.FindIndex(s); loc != nil {
		return mark{end: loc[1], kind: ends, style: '('}, true
	}
	call := zolaCall.FindSubmatch(s)
	if call == nil {
		return mark{}, false
	}
	name := strings.ToLower(string(call[2]))
	if _, known := shortcodeNamed(name); !known && !zola {
		return mark{}, false
	}
	body := string(call[1]) == "{%"
	close := "}}"
	if body {
		close = "%}"
	}
	n := argumentEnd(s[len(call[0]):], ")")
	if n < 0 {
		return mark{}, false
	}
	end := len(call[0]) + n + 1
	tail := bytes.TrimLeft(s[end:], " \t\r\n-")
	if !bytes.HasPrefix(tail, []byte(close)) {
		return mark{}, false
	}
	return mark{
		end: len(s) - len(tail) + 2, name: name, args: parseArguments(string(s[len(call[0]) : end-1])),
		style: '(', alone: !body,
	}, true
}

func zolaEscape(s []byte) (mark, bool) {
	for _, pair := range [2][2]string{{"{{/*", "*/}}"}, {"{%/*", "*/%}"}} {
		if bytes.HasPrefix(s, []byte(pair[0])) {
			if n := bytes.Index(s, []byte(pair[1])); n >= 0 {
				return mark{end: n + 4, kind: shown, style: s[1], name: string(s[4:n])}, true
			}
		}
	}
	return mark{}, false
}
