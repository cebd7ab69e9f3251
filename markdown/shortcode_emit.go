package markdown

import (
	"bytes"
	"html"
	"strconv"
	"strings"
)

// open begins a block at u: on a line of its own, within the same list item or quote.
func (x *expansion) open(u *use) {
	written := x.r.out.Bytes()
	body, _ := afterMarks(written[bytes.LastIndexByte(written, '\n')+1:])
	if len(body) > 0 {
		x.r.make(u.start, "\n"+u.indent)
	}
	u.opened = true
}

// lines writes the lines of text, which hold no empty one, as a block.
func (x *expansion) lines(u *use, offset int, text string) {
	x.r.make(offset, strings.ReplaceAll(text, "\n", "\n"+u.indent))
}

// gap ends a block: what follows is Markdown again.
func (x *expansion) gap(u *use, offset int) {
	x.r.make(offset, "\n"+strings.TrimRight(u.indent, " \t"))
}

// html writes markup in place of u: block where u stands alone, else inline, which must be within one line.
func (x *expansion) html(u *use, block, inline string) {
	if !u.block || x.inRow(u) {
		x.r.make(u.start, inline)
		return
	}
	x.open(u)
	x.lines(u, u.start, block)
}

// inRow tells whether u stands in a row of a table or in a heading, which take no blocks.
func (x *expansion) inRow(u *use) bool {
	written := x.r.out.Bytes()
	body, _ := afterMarks(written[bytes.LastIndexByte(written, '\n')+1:])
	return len(body) > 0 && (body[0] == '|' || body[0] == '#')
}

// around writes the text in u as Markdown between two pieces of markup.
func (x *expansion) around(u *use, before, behind string) {
	if x.inRow(u) {
		x.inner(u)
		return
	}
	x.open(u)
	x.lines(u, u.start, before)
	x.gap(u, u.start)
	x.body(u)
	x.gap(u, u.to)
	x.r.make(u.to, "\n"+u.indent)
	x.lines(u, u.to, behind)
}

// body writes the text in u on lines of its own, without the indentation that it has only because it stands in u.
func (x *expansion) body(u *use) {
	from, to := x.trimmed(u)
	if from >= to {
		return
	}
	if from == lineStart(x.r.source, from) {
		x.r.make(u.start, "\n")
	} else {
		x.r.make(u.start, "\n"+u.indent)
	}
	was := x.strip
	x.strip += x.deeper(u, from, to)
	x.emit(u, u.first, u.last, from, to)
	x.strip = was
}

// trimmed is the text in u without empty lines around it.
func (x *expansion) trimmed(u *use) (from, to int) {
	from, to = u.from, u.to
	for at := from; at < to; at++ {
		if c := x.r.source[at]; c == '\n' {
			from = at + 1
		} else if c != ' ' && c != '\t' && c != '\r' {
			if lineStart(x.r.source, at) < u.from {
				from = at
			}
			break
		}
	}
	for to > from && strings.IndexByte(" \t\r\n", x.r.source[to-1]) >= 0 {
		to--
	}
	return from, to
}

func lineStart(source []byte, at int) int { return bytes.LastIndexByte(source[:at], '\n') + 1 }

// deeper is how many bytes of indentation all lines of u's text have more than u itself.
func (x *expansion) deeper(u *use, from, to int) int {
	if strings.Contains(u.indent, ">") {
		return 0
	}
	least := -1
	for line := range bytes.Lines(x.r.source[lineStart(x.r.source, from):to]) {
		if body := bytes.TrimLeft(line, " \t"); len(bytes.TrimSpace(body)) > 0 {
			if n := len(line) - len(body); least < 0 || n < least {
				least = n
			}
		}
	}
	return max(0, least-x.strip-len(u.indent))
}

// inner writes the text in u where u stands.
func (x *expansion) inner(u *use) {
	if u.block && bytes.IndexByte(x.r.source[u.from:u.to], '\n') >= 0 {
		x.body(u)
		return
	}
	if from, to := x.trimmed(u); from < to {
		x.emit(u, u.first, u.last, from, to)
	}
}

// rawText is what u holds, as it was typed, without the indentation of all its lines.
func (x *expansion) rawText(u *use) string {
	if !u.closed {
		return ""
	}
	text := x.unescaped(u)
	if first, rest, ok := strings.Cut(text, "\n"); ok && strings.TrimSpace(first) == "" {
		text = rest
	}
	return dedent(strings.TrimRight(text, " \t\r\n"))
}

// unescaped is the source of u's text with {{</* x */>}} as it is meant.
func (x *expansion) unescaped(u *use) string {
	text := string(x.r.source[u.from:u.to])
	if !strings.Contains(text, "/*") {
		return text
	}
	return strings.NewReplacer("{{</*", "{{<", "*/>}}", ">}}", "{{%/*", "{{%", "*/%}}", "%}}").Replace(text)
}

// dedent takes off what all lines of text begin with: blanks, and the marks of quotes.
func dedent(text string) string {
	lines := strings.Split(text, "\n")
	common, first := "", true
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		prefix := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if first {
			common, first = prefix, false
		}
		for !strings.HasPrefix(prefix, common) {
			common = common[:len(common)-1]
		}
	}
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, common)
		if strings.TrimSpace(line) == "" {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// code writes a block of code as Markdown, so that it is coloured as any other.
func (x *expansion) code(u *use, info, code string) {
	if !u.block && !strings.Contains(code, "\n") || x.inRow(u) {
		x.r.make(u.start, codeSpan(code))
		return
	}
	x.open(u)
	u.opened = false // what follows a fence needs no empty line
	fence := strings.Repeat("`", max(3, longestRun(code)+1))
	x.lines(u, u.start, fence+strings.TrimSpace(strings.NewReplacer("\n", " ", "`", "'").Replace(info)))
	line := u.from + 1
	for code := range strings.Lines(code) {
		x.r.make(min(line, u.to), "\n"+strings.TrimRight(u.indent+code, "\n"))
		line = lineEnd(x.r.source, min(line, u.to))
	}
	x.r.make(u.stop-1, "\n"+u.indent+fence)
}

func codeSpan(code string) string {
	code = strings.Join(strings.Fields(code), " ")
	if code == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(code)+1)
	return ticks + " " + code + " " + ticks
}

func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if run++; s[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// after goes on behind u. Markup that stood alone must be followed by an empty line, else Markdown behind it would be
// taken for a part of it.
func (x *expansion) after(u *use, stop int) int {
	if !u.opened {
		return u.stop
	}
	source := x.r.source
	end := min(stop, lineEnd(source, u.stop))
	rest := bytes.TrimSpace(source[u.stop:max(u.stop, end)])
	switch {
	case len(rest) > 0 && rest[0] != '<':
		x.gap(u, u.stop)
		x.r.make(u.stop, "\n"+u.indent)
		for u.stop < end && (source[u.stop] == ' ' || source[u.stop] == '\t') {
			u.stop++
		}
	case end < stop:
		next, _ := afterMarks(source[end:lineEnd(source, end)])
		if len(bytes.TrimSpace(next)) > 0 && next[0] != '<' {
			x.gap(u, u.stop)
		}
	}
	return u.stop
}

// attrValue is text as the value of an attribute. A line's end would end a heading, a bar the cell of a table.
func attrValue(text string) string {
	return strings.ReplaceAll(html.EscapeString(strings.Join(strings.Fields(text), " ")), "|", "&#124;")
}

// literal is text that Markdown leaves alone.
func literal(text string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if r > ' ' && r < 0x7f && !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z') && r != ',' {
			b.WriteString("&#")
			b.WriteString(strconv.Itoa(int(r)))
			b.WriteByte(';')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
