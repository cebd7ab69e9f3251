package markdown

import "bytes"

// flatten drops the marks of quotes and lists that stand deeper than limit at the beginning of a line.
func flatten(source []byte, limit int) []byte {
	if !nestsDeeper(source, limit) {
		return source
	}
	out := make([]byte, 0, len(source))
	for line := range bytes.Lines(source) {
		kept, end, _ := markRun(line, limit)
		out = append(out, line[:kept]...)
		out = append(out, line[end:]...)
	}
	return out
}

func nestsDeeper(source []byte, limit int) bool {
	for line := range bytes.Lines(source) {
		if len(line) > limit {
			if _, _, marks := markRun(line, limit); marks > limit {
				return true
			}
		}
	}
	return false
}

// markRun reads the marks that line begins with: where the mark number limit ends, where the last one ends, and how many
// there are.
func markRun(line []byte, limit int) (kept, end, marks int) {
	for i := 0; i < len(line); {
		n := markAt(line[i:])
		switch {
		case n > 0:
			i += n
			end = i
			if marks++; marks <= limit {
				kept = end
			}
		case line[i] == ' ' || line[i] == '\t':
			i++
		default:
			return kept, end, marks
		}
	}
	return kept, end, marks
}

// markAt is the length of the quote or list mark at the beginning of s, 0 if there is none.
func markAt(s []byte) int {
	n := 0
	switch c := s[0]; {
	case c == '>':
		return 1
	case c == '-' || c == '+' || c == '*':
		n = 1
	case c >= '0' && c <= '9':
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n == len(s) || (s[n] != '.' && s[n] != ')') {
			return 0
		}
		n++
	default:
		return 0
	}
	if n < len(s) && s[n] != ' ' && s[n] != '\t' && s[n] != '\n' {
		return 0
	}
	return n
}
