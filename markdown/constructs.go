package markdown

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/text"
)

// construct finds what tools other than ours would replace: Liquid's tags and expressions.
var construct = regexp.MustCompile(`\{%-?\s*([\w-]*)[^\n]*?%\}|\{\{-?\s*([\w.]+)[^\n]*?\}\}`)

// findConstructs warns of each kind of construct that the reader sees as it was typed, once per document. In a text for
// another tool that was replaced, and what is left is meant to be seen.
func (st *state) findConstructs(code []text.Segment) {
	if st.shown || st.options.Dialect != DialectVang {
		return
	}
	if !strings.Contains(string(st.source), "{{") && !strings.Contains(string(st.source), "{%") {
		return
	}
	type use struct{ at, times int }
	uses := map[string]*use{}
	var order []string
	for _, m := range construct.FindAllSubmatchIndex(st.source, -1) {
		if inside(code, m[0]) {
			continue
		}
		name := constructName(st.source, m)
		if strings.HasPrefix(name, "the Liquid tag e") && (strings.Contains(name, " end") || strings.Contains(name, " els")) {
			continue // its beginning is reported
		}
		if uses[name] == nil {
			uses[name] = &use{at: m[0]}
			order = append(order, name)
		}
		uses[name].times++
	}
	for _, name := range order {
		st.warn(uses[name].at, "%s is not understood and shown as it is (%d times): write it as Markdown or HTML", name, uses[name].times)
	}
}

func constructName(source []byte, m []int) string {
	part := func(i int) string { return string(source[m[i]:m[i+1]]) }
	if m[2] >= 0 {
		return "the Liquid tag " + part(2)
	}
	return "the template expression " + part(4)
}

// inside tells whether offset lies in one of the sorted segments.
func inside(sorted []text.Segment, offset int) bool {
	i, _ := slices.BinarySearchFunc(sorted, offset, func(s text.Segment, at int) int { return s.Stop - 1 - at })
	return i < len(sorted) && sorted[i].Start <= offset
}
