package markdown

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// inliner takes the markup out of one paragraph.
type inliner struct {
	in     []byte
	at     int
	out    []byte
	labels map[string]bool
	depth  int // of texts of links within texts of links
}

// deepestLink is how many brackets within brackets are looked into.
const deepestLink = 8

// plainSpecial are the signs that may be markup; all else is copied.
const plainSpecial = "\\`*_~[!<{^&|]"

func appendInline(out, in []byte, labels map[string]bool) []byte {
	s := inliner{in: in, out: out, labels: labels}
	return s.run()
}

func (s *inliner) run() []byte {
	for s.at < len(s.in) {
		next := bytes.IndexAny(s.in[s.at:], plainSpecial)
		if next < 0 {
			return append(s.out, s.in[s.at:]...)
		}
		s.out = append(s.out, s.in[s.at:s.at+next]...)
		s.at += next
		if !s.markup() {
			s.out = append(s.out, s.in[s.at])
			s.at++
		}
	}
	return s.out
}

// markup takes what is markup here; false if it is none.
func (s *inliner) markup() bool {
	rest := s.in[s.at:]
	switch rest[0] {
	case '\\':
		return s.escape(rest)
	case '`':
		return s.codeSpan(rest)
	case '*', '_', '~':
		return s.emphasis(rest)
	case '[':
		return s.bracket(rest)
	case '!':
		if len(rest) > 1 && rest[1] == '[' {
			s.at++
			return s.bracket(rest[1:]) || s.put("![", 1)
		}
	case '<':
		return s.tag(rest)
	case '{':
		return s.template(rest)
	case '^':
		if len(rest) > 1 && rest[1] == '[' {
			return s.footnote(rest)
		}
	case '&':
		plain, n := unescapeAt(rest)
		return n > 0 && s.put(plain, n)
	case '|':
		return s.put(" ", 1)
	}
	return false
}

// put writes text in the place of the next n bytes.
func (s *inliner) put(text string, n int) bool {
	s.out = append(s.out, text...)
	s.at += n
	return true
}

func (s *inliner) escape(rest []byte) bool {
	if len(rest) < 2 || !isEscapable(rest[1]) {
		return false
	}
	return s.put(string(rest[1]), 2)
}

func (s *inliner) codeSpan(rest []byte) bool {
	n := fenceLength(rest)
	from := n
	for from < len(rest) {
		at := bytes.IndexByte(rest[from:], '`')
		if at < 0 {
			break
		}
		if m := fenceLength(rest[from+at:]); m != n {
			from += at + m
			continue
		}
		s.out = append(s.out, bytes.TrimSpace(rest[n:from+at])...)
		s.at += from + at + n
		return true
	}
	s.out = append(s.out, rest[:n]...)
	s.at += n
	return true
}

// emphasis leaves out signs that stand at one side of a word; _ within a word is part of it.
func (s *inliner) emphasis(rest []byte) bool {
	sign, n := rest[0], 1
	for n < len(rest) && rest[n] == sign {
		n++
	}
	before, _ := utf8.DecodeLastRune(s.in[:s.at])
	after, _ := utf8.DecodeRune(rest[n:])
	open := s.at+n < len(s.in) && !unicode.IsSpace(after)
	closes := s.at > 0 && !unicode.IsSpace(before)
	within := open && closes && isWordRune(before) && isWordRune(after)
	if (!open && !closes) || sign == '_' && within || sign == '~' && n != 2 || n > 3 {
		s.out = append(s.out, rest[:n]...)
	}
	s.at += n
	return true
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// bracket shows the text of a link or a picture.
func (s *inliner) bracket(rest []byte) bool {
	if bytes.HasPrefix(rest, []byte("[[")) {
		return s.wikilink(rest)
	}
	end := closerOf(rest, '[', ']')
	if end < 0 {
		return false
	}
	inner, behind := rest[1:end], rest[end+1:]
	length := end + 1
	switch {
	case bytes.HasPrefix(inner, []byte("^")):
		s.at += length
		return true
	case len(behind) > 0 && behind[0] == '(':
		n := closerOf(behind, '(', ')')
		if n < 0 {
			return false
		}
		length += n + 1
	case len(behind) > 0 && behind[0] == '[':
		n := closerOf(behind, '[', ']')
		if n < 0 {
			return false
		}
		length += n + 1
	case !s.labels[string(bytes.ToLower(inner))]:
		return false
	}
	s.within(inner)
	s.at += length
	return true
}

// within writes inner, which may hold markup itself: a picture in a link.
func (s *inliner) within(inner []byte) {
	if s.depth == deepestLink {
		s.out = append(s.out, inner...)
		return
	}
	t := inliner{in: inner, out: s.out, labels: s.labels, depth: s.depth + 1}
	s.out = t.run()
}

func (s *inliner) wikilink(rest []byte) bool {
	end := bytes.Index(rest[:min(len(rest), longestLink)], []byte("]]"))
	if end < 0 {
		return false
	}
	inner := rest[2:end]
	if at := bytes.LastIndexByte(inner, '|'); at >= 0 {
		inner = inner[at+1:]
	}
	s.out = append(s.out, inner...)
	s.at += end + 2
	return true
}

func (s *inliner) footnote(rest []byte) bool {
	end := closerOf(rest[1:], '[', ']')
	if end < 0 {
		return false
	}
	s.out = append(s.out, ' ')
	s.within(rest[2 : 1+end])
	s.at += end + 2
	return true
}

// longestLink is how far the end of a bracket is looked for: without a bound a text of nothing but brackets would take for ever.
const longestLink = 2000

// closerOf finds the bracket that closes the first sign of text; -1 if none does.
func closerOf(text []byte, open, shut byte) int {
	depth := 0
	for i := 0; i < len(text) && i < longestLink; i++ {
		switch text[i] {
		case '\\':
			i++
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// tag leaves out HTML. Addresses in < > are shown.
func (s *inliner) tag(rest []byte) bool {
	if len(rest) < 2 || !isTagStart(rest[1]) {
		return false
	}
	if bytes.HasPrefix(rest, []byte("<!--")) {
		if end := bytes.Index(rest, []byte("-->")); end >= 0 {
			return s.put("", end+3)
		}
		return s.put("", len(rest))
	}
	end := bytes.IndexByte(rest[:min(len(rest), longestLink)], '>')
	if end < 0 {
		return false
	}
	if inner := rest[1:end]; bytes.Contains(inner[:wordEnd(inner)], []byte("://")) || isMail(inner) {
		return s.put(string(inner), end+1)
	}
	return s.put(gapOf(rest[1:end]), end+1)
}

// gapOf is a space for tags that part what stands before and behind.
func gapOf(tag []byte) string {
	name := bytes.TrimLeft(tag, "/")
	name = name[:wordEnd(name)]
	switch string(bytes.ToLower(bytes.TrimRight(name, "/"))) {
	case "a", "b", "i", "em", "strong", "span", "code", "kbd", "sub", "sup", "mark", "small", "u", "s", "del", "ins", "abbr", "wbr", "font":
		return ""
	}
	return " "
}

func isTagStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '/' || c == '!' || c == '?'
}

func isMail(inner []byte) bool {
	at := bytes.IndexByte(inner, '@')
	return at > 0 && !bytes.ContainsAny(inner, " \"=")
}

// template leaves out shortcodes, Liquid and attributes.
func (s *inliner) template(rest []byte) bool {
	window := rest[:min(len(rest), longestLink)]
	for _, t := range [...]struct{ open, shut string }{{"{{<", ">}}"}, {"{{%", "%}}"}, {"{{", "}}"}, {"{%", "%}"}, {"{.", "}"}, {"{#", "}"}, {"{:", "}"}} {
		if bytes.HasPrefix(window, []byte(t.open)) {
			if end := bytes.Index(window, []byte(t.shut)); end >= 0 {
				return s.put("", end+len(t.shut))
			}
		}
	}
	return false
}
