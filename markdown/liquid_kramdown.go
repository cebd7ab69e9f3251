package markdown

import (
	"bytes"
	"regexp"
	"strings"
)

// kramdown's own marks, for texts that were written for Jekyll.
var (
	kramdownTOC    = regexp.MustCompile(`(?m)^[ ]{0,3}(?:[*+-]|1\.)[ \t]+\S[^\n]*\n[ ]{0,3}\{:\s*[^}\n]*\btoc\b[^}\n]*\}[ \t]*$`)
	kramdownMark   = regexp.MustCompile(`\{:{1,2}\s*(/?)([^}\n]*)\}`)
	kramdownCut    = regexp.MustCompile(`(?s)\{::comment\}.*?\{:/(?:comment)?\}`)
	kramdownSilent = regexp.MustCompile(`^(?:[\w-]+:|options\b|nomarkdown\b|comment\b)`)
)

// expandKramdown leaves out the marks of kramdown that are no attributes of what the reader sees. A table of contents stands
// on each page already. It is nil if the text has none.
func (st *state) expandKramdown(source []byte) *rewrite {
	if !bytes.Contains(source, []byte("{:")) {
		return nil
	}
	code := scanText(source, DialectJekyll).code
	s := &liquidScanner{skip: code}
	r := newRewrite(source)
	at := 0
	for at < len(source) {
		from, to, with := nextKramdown(source, at)
		if from < 0 {
			break
		}
		if end := s.skipped(from); end > from {
			r.copy(at, end)
			at = end
			continue
		}
		r.copy(at, from)
		r.make(from, with)
		at = to
	}
	r.copy(at, len(source))
	return r
}

// nextKramdown finds the next mark from at on, and what stands for it.
func nextKramdown(source []byte, at int) (from, to int, with string) {
	m := kramdownMark.FindSubmatchIndex(source[at:])
	if m == nil {
		return -1, 0, ""
	}
	from, to = at+m[0], at+m[1]
	start := max(at, lineStart(source, max(0, lineStart(source, from)-1)))
	if loc := kramdownTOC.FindIndex(source[start:lineEnd(source, from)]); loc != nil {
		return start + loc[0], start + loc[1], ""
	}
	if loc := kramdownCut.FindIndex(source[from:]); loc != nil && loc[0] == 0 {
		return from, from + loc[1], ""
	}
	inner := strings.TrimSpace(string(source[at+m[4] : at+m[5]]))
	if m[2] < m[3] || inner == "" || kramdownSilent.MatchString(inner) || bytes.HasPrefix(source[from:], []byte("{::")) {
		return from, to, ""
	}
	return from, to, string(source[from:to]) // attributes, which our Markdown has too
}
