package markdown

import (
	"bytes"
	"strings"
)

// expand replaces the constructs of other tools by Markdown and HTML, before anything else reads the text.
func (st *state) expand(source []byte) []byte {
	if !bytes.Contains(source, []byte("{")) {
		return source
	}
	if st.options.Dialect == DialectJekyll || st.options.Dialect == DialectVang {
		source = st.stage(source, (*state).expandLiquid)
	}
	source = st.stage(source, (*state).expandShortcodes)
	if st.options.Dialect == DialectJekyll || st.options.Dialect == DialectVang {
		source = st.stage(source, (*state).expandKramdown)
	}
	return source
}

// stage runs one of the replacements. What it makes is the source of the next, with the lines of the first.
func (st *state) stage(source []byte, run func(*state, []byte) *rewrite) []byte {
	st.source = source
	r := run(st, source)
	if r == nil {
		return source
	}
	if r.full() {
		st.warn(0, "what is included and repeated makes more than %d MB: the rest is left out", expansionLimit>>20)
	}
	before := st.origin
	st.origin = r.origin
	if before != nil {
		st.origin = func(line int) int { return before(r.origin(line)) }
	}
	st.source = r.out.Bytes()
	return st.source
}

// expansion is one text while its shortcodes are replaced.
type expansion struct {
	st    *state
	r     *rewrite
	marks []mark
	ends  map[int]int // for each opening mark that is closed, the one that closes it
	depth int         // of includes
	from  int         // in an included file: where the text includes it
	spent *int        // bytes of all files included so far
	turns *int        // of all loops and calls of the site's templates so far
	strip int         // bytes of indentation that are taken off each line
	tabs  int         // groups of tabs so far
}

// expandShortcodes replaces Hugo's and Zola's shortcodes. It is nil if the text has none.
func (st *state) expandShortcodes(source []byte) *rewrite {
	if !bytes.Contains(source, []byte("{{")) && !bytes.Contains(source, []byte("{%")) {
		return nil
	}
	s := scanText(source, st.options.Dialect)
	for _, at := range s.torn {
		st.warn(at, "a shortcode begins here and does not end: write %s}} behind it", map[byte]string{'<': ">", '%': "%"}[source[at+2]])
	}
	marks := s.marks
	if len(marks) == 0 {
		return nil
	}
	x := &expansion{st: st, r: newRewrite(source), marks: marks, spent: new(int), turns: new(int)}
	x.pair()
	x.emit(nil, 0, len(marks), 0, len(source))
	return x.r
}

func (x *expansion) warn(offset int, format string, args ...any) {
	if x.depth > 0 {
		offset = x.from // the lines of another file are not the author's
	}
	x.st.warn(offset, format, args...)
}

// pair finds which marks belong together. An end closes the nearest beginning of its name; what began between the two and
// was not closed stands alone.
func (x *expansion) pair() {
	x.ends = map[int]int{}
	var open []int
	for i, m := range x.marks {
		switch {
		case m.code || m.alone || m.kind == shown:
		case m.kind == begins:
			open = append(open, i)
		default:
			for j := len(open) - 1; j >= 0; j-- {
				if o := x.marks[open[j]]; o.style == '(' && m.style == '(' || o.name == m.name && m.style != '(' {
					x.ends[open[j]] = i
					open = open[:j]
					break
				}
			}
		}
	}
}

// use is one use of a shortcode.
type use struct {
	mark
	parent      *use
	closed      bool // it has an end, and so a text of its own
	first, last int  // the marks in that text: x.marks[first:last]
	from, to    int  // that text
	stop        int  // where the whole of it ends
	block       bool // it stands alone on its lines
	indent      string
	children    int
	group       int  // of tabs
	opened      bool // a block was written in its place
}

// emit writes the source from start to stop, in which the marks from first to last stand.
func (x *expansion) emit(parent *use, first, last, start, stop int) {
	for i := first; i < last; i++ {
		m := x.marks[i]
		if m.start < start {
			continue
		}
		x.copy(start, m.start)
		start = m.end
		switch {
		case m.kind == shown:
			x.show(m)
		case m.code:
			x.inCode(m)
		case m.kind == ends:
			x.stray(m)
		default:
			u := &use{mark: m, parent: parent, stop: m.end}
			if end, ok := x.ends[i]; ok && end < last {
				u.closed, u.first, u.last = true, i+1, end
				u.from, u.to, u.stop = m.end, x.marks[end].start, x.marks[end].end
				i = end
			}
			start = x.draw(u, stop)
		}
	}
	x.copy(start, stop)
}

// copy takes over a piece of the source, without the indentation that is to be taken off.
func (x *expansion) copy(start, stop int) {
	for x.strip > 0 && start < stop {
		if start == 0 || x.r.source[start-1] == '\n' {
			for n := 0; n < x.strip && start < stop && (x.r.source[start] == ' ' || x.r.source[start] == '\t'); n++ {
				start++
			}
		}
		end := min(stop, lineEnd(x.r.source, start))
		x.r.copy(start, end)
		start = end
	}
	x.r.copy(start, stop)
}

// show writes a shortcode that its author wants to be seen.
func (x *expansion) show(m mark) {
	text := map[byte][2]string{'<': {"{{<", ">}}"}, '%': {"{{%", "%}}"}, '{': {"{{", "}}"}}[m.style]
	if x.st.options.Dialect == DialectZola && m.style == '%' && x.r.source[m.start+1] == '%' {
		text = [2]string{"{%", "%}"}
	}
	x.st.shown = true
	shown := text[0] + m.name + text[1]
	if !m.code {
		shown = literal(shown)
	}
	x.r.make(m.start, shown)
}

// inCode replaces what stands for a word or an address, as Hugo does in code too; all else is code.
func (x *expansion) inCode(m mark) {
	s, known := shortcodeNamed(m.name)
	if x.st.options.Dialect == DialectHugo && known && s.word != nil && m.kind == begins {
		x.r.make(m.start, s.word(x, &use{mark: m}))
		return
	}
	if !bytes.HasPrefix(x.r.source[m.start+3:], []byte(pluginMark)) { // a tag of Jekyll, which is replaced in code too
		x.r.copy(m.start, m.end)
	}
}

func (x *expansion) stray(m mark) {
	if m.style == '(' {
		if x.st.options.Dialect != DialectZola {
			x.r.copy(m.start, m.end)
			return
		}
		x.warn(m.start, "{%% end %%} closes nothing here: it is left out")
		return
	}
	x.warn(m.start, "{{< /%s >}} closes nothing here: it is left out", m.name)
}

// draw writes what u stands for. It returns the offset at which the source goes on.
func (x *expansion) draw(u *use, stop int) int {
	x.place(u, stop)
	if u.parent != nil {
		u.parent.children++
	}
	s, known := shortcodeNamed(u.name)
	switch {
	case !known:
		x.unknown(u)
	case s.word != nil:
		x.r.make(u.start, s.word(x, u))
	default:
		if s.text == raw && !u.closed && !u.alone && u.args.get("src", "file", "text", "data", "config") == "" && s.closes {
			x.warn(u.start, "%s is not closed: write %s behind its text", u.written(), u.ending())
		}
		s.draw(x, u)
	}
	return x.after(u, stop)
}

// written is how the author may have typed u, for messages.
func (u *use) written() string {
	if u.style == '(' {
		return u.name + "()"
	}
	return "{{< " + u.name + " >}}"
}

func (u *use) ending() string {
	if u.style == '(' {
		return "{% end %}"
	}
	return "{{< /" + u.name + " >}}"
}

// unknown draws a shortcode of the site's own, or leaves the text that it holds.
func (x *expansion) unknown(u *use) {
	if x.own(u) {
		return
	}
	if u.closed {
		x.warn(u.start, "there is no shortcode %.60s here: the text in it is shown as it is", u.name)
		x.inner(u)
		return
	}
	x.warn(u.start, "there is no shortcode %.60s here: nothing is shown in its place; write it as Markdown or HTML", u.name)
}

// place finds whether u stands alone on its lines, and how deep in lists and quotes.
func (x *expansion) place(u *use, stop int) {
	line := bytes.LastIndexByte(x.r.source[:u.start], '\n') + 1
	begin, end := line, min(stop, lineEnd(x.r.source, u.stop))
	if u.parent != nil && u.parent.from > line {
		begin = u.parent.from
		u.indent = u.parent.indent
	} else {
		u.indent = indentOf(x.r.source[line:u.start])
		u.indent = u.indent[min(x.strip, len(u.indent)-len(strings.TrimLeft(u.indent, " \t"))):]
	}
	body, _ := afterMarks(x.r.source[begin:u.start])
	u.block = len(body) == 0 && len(bytes.TrimSpace(x.r.source[u.stop:max(end, u.stop)])) == 0
}

// indentOf is what lines must begin with to belong to the same list item and quote as a line that begins with prefix.
func indentOf(prefix []byte) string {
	body, _ := afterMarks(prefix)
	return strings.Map(func(r rune) rune {
		if r == '>' || r == ' ' || r == '\t' {
			return r
		}
		return ' '
	}, string(prefix[:len(prefix)-len(body)]))
}
