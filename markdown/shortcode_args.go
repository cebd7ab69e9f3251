package markdown

import (
	"strconv"
	"strings"
	"unicode"
)

// arguments are what an author gave a shortcode: by place, by name, or both.
type arguments struct {
	list  []string
	named map[string]string // by small-letter name
	names []string          // in the order in which they stand
}

// at is the value of the first of names that was given, else the one at place i; i is -1 where place says nothing.
func (a arguments) at(i int, names ...string) string {
	for _, n := range names {
		if v, ok := a.named[n]; ok {
			return v
		}
	}
	if i >= 0 && i < len(a.list) {
		return a.list[i]
	}
	return ""
}

// get is the value of the first of names that was given.
func (a arguments) get(names ...string) string { return a.at(-1, names...) }

// yes tells whether one of names was given and does not say no.
func (a arguments) yes(names ...string) bool {
	switch strings.ToLower(a.get(names...)) {
	case "", "false", "0", "no", "off":
		return false
	}
	return true
}

func (a *arguments) add(name, value string) {
	if name == "" {
		a.list = append(a.list, value)
		return
	}
	if a.named == nil {
		a.named = map[string]string{}
	}
	name = strings.ToLower(name)
	if _, again := a.named[name]; !again {
		a.names = append(a.names, name)
	}
	a.named[name] = value
}

// argumentEnd is the offset in s of mark, outside of quotes; -1 if it is not there. A quote that is not closed is a sign
// like others.
func argumentEnd(s []byte, mark string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == mark[0] && strings.HasPrefix(string(s[i:min(len(s), i+len(mark))]), mark):
			return i
		case c == '"' || c == '`' || c == '\'' && i > 0 && strings.IndexByte(" =(,:\n\t", s[i-1]) >= 0:
			if n := quoteEnd(s[i:]); n > 0 {
				i += n - 1
			}
		}
	}
	return -1
}

// quoteEnd is the length of the quoted string at the beginning of s, 0 if it is not closed within its paragraph.
func quoteEnd(s []byte) int {
	quote := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote != '`':
			i++
		case s[i] == quote:
			return i + 1
		case s[i] == '\n' && (quote == '\'' || i+1 < len(s) && s[i+1] == '\n'):
			return 0
		}
	}
	return 0
}

// parseArguments reads `a "b c" key=value key="other value"` and, as Zola has it, `key="value", other=3`.
func parseArguments(s string) arguments {
	var a arguments
	for s = skipBlank(s); s != ""; s = skipBlank(s) {
		name, rest := argumentName(s)
		word, rest := argumentWord(rest)
		a.add(name, word)
		s = rest
	}
	return a
}

func skipBlank(s string) string { return strings.TrimLeft(s, " \t\r\n,") }

// argumentName cuts the name and its sign off s, if s begins with one.
func argumentName(s string) (name, rest string) {
	n := strings.IndexFunc(s, func(r rune) bool { return !isNameRune(r) })
	if n <= 0 {
		return "", s
	}
	after := strings.TrimLeft(s[n:], " \t")
	if !strings.HasPrefix(after, "=") || len(after) == 1 {
		return "", s
	}
	return s[:n], strings.TrimLeft(after[1:], " \t")
}

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// argumentWord cuts the first value off s, which is not empty: quoted, a list in brackets, or a word.
func argumentWord(s string) (word, rest string) {
	switch s[0] {
	case '"', '\'', '`':
		if n := quoteEnd([]byte(s)); n > 0 {
			return unquote(s[:n]), s[n:]
		}
	case '[':
		if n := strings.IndexByte(s, ']'); n > 0 {
			return s[:n+1], s[n+1:]
		}
	}
	n := strings.IndexAny(s, " \t\r\n")
	if n < 0 {
		n = len(s)
	}
	return strings.TrimRight(s[:n], ","), s[n:]
}

func unquote(s string) string {
	inner := s[1 : len(s)-1]
	if s[0] == '`' || !strings.Contains(inner, `\`) {
		return inner
	}
	if s[0] == '"' {
		if v, err := strconv.Unquote(s); err == nil {
			return v
		}
	}
	return strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\\`, `\`).Replace(inner)
}
