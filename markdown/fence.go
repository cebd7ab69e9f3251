package markdown

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// fence is what an author says behind ```.
type fence struct {
	language string
	title    string
	numbers  bool // the lines are numbered
	first    int  // number of the first line, 1 if 0
	marked   spans
	hidden   spans // Zola's hide_lines
}

// spans are pairs of the first and the last line, counted from 1 wherever the numbering starts.
type spans [][2]int

func (s spans) has(line int) bool {
	for _, r := range s {
		if line >= r[0] && line <= r[1] {
			return true
		}
	}
	return false
}

var (
	fenceLanguage = regexp.MustCompile(`^[\s{.]*([\pL\pN_+#-][\pL\pN_+#.-]*)`)
	fenceOption   = regexp.MustCompile(`(?:^|[\s{,])([A-Za-z][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\[[^\]]*\]?|[^\s,}"']+(?:[ \t]+\d[\d-]*)*))`)
	fenceFlag     = regexp.MustCompile(`(?i)(?:^|[\s{,.:])(?:linenos|line-?numbers|number-?lines|showLineNumbers)(?:$|[\s},.])`)
	fenceLines    = regexp.MustCompile(`\{([\d,\s-]*\d[\d,\s-]*)\}`)
	notALanguage  = regexp.MustCompile(`^[\s{.]*[\w-]+\s*=|^\s*\{[\d,\s-]+\}`)
	lineSpan      = regexp.MustCompile(`(\d+)(?:\s*-\s*(\d+))?`)
)

// parseFence reads "go", "go title=main.go", `go {title="main.go"}`, "{.go}", "{r, echo=FALSE}", "rust,ignore" and, for the
// lines, Hugo's {linenos=true hl_lines=[1,"3-5"] linenostart=5}, Zola's linenos,hl_lines=1 3-5 and the {1,3-5} of others.
func parseFence(info string) fence {
	var f fence
	if m := fenceLanguage.FindStringSubmatch(info); m != nil && !notALanguage.MatchString(info) {
		f.language = strings.ToLower(strings.TrimRight(m[1], "."))
	}
	for _, m := range fenceOption.FindAllStringSubmatch(info, -1) {
		f.option(strings.ToLower(m[1]), m[2]+m[3]+m[4])
	}
	if m := fenceLines.FindStringSubmatch(info); m != nil {
		f.marked = append(f.marked, parseSpans(m[1])...)
	}
	f.numbers = f.numbers || fenceFlag.MatchString(withoutOptions(info))
	return f
}

// withoutOptions is info without its name=value pairs, so that a title is not taken for a flag.
func withoutOptions(info string) string { return fenceOption.ReplaceAllString(info, " ") }

func (f *fence) option(name, value string) {
	switch name {
	case "title", "filename", "file", "caption", "name":
		f.title = value
	case "linenos", "linenumbers", "showlinenumbers", "lineanchors":
		f.numbers = value != "false" && value != "0"
	case "linenostart", "startfrom", "firstline", "start", "start_line":
		f.first, _ = strconv.Atoi(value)
		f.first = min(max(f.first, 0), 1_000_000)
	case "hl_lines", "mark_lines", "highlight", "emphasize-lines":
		f.marked = append(f.marked, parseSpans(value)...)
	case "hide_lines":
		f.hidden = parseSpans(value)
	}
}

func parseSpans(s string) spans {
	var all spans
	for _, m := range lineSpan.FindAllStringSubmatch(s, 1000) {
		first, err := strconv.Atoi(m[1])
		if err != nil {
			continue
		}
		last := first
		if m[2] != "" {
			if last, err = strconv.Atoi(m[2]); err != nil {
				continue
			}
		}
		all = append(all, [2]int{first, last})
	}
	return all
}

// fenceOf reads what stands behind the fence and in the attributes below the block.
func fenceOf(n *ast.FencedCodeBlock, source []byte) fence {
	info := ""
	if n.Info != nil {
		info = unescape(n.Info.Value(source))
	}
	if more, ok := attribute(n, "info"); ok {
		info += " " + more
	}
	return parseFence(info)
}

// shapeFence replaces a block that is no code but a formula or a drawing.
func (st *state) shapeFence(n *ast.FencedCodeBlock) {
	if f := fenceOf(n, st.source); !st.shapeMath(n, f) {
		st.shapeDiagram(n, f)
	}
}
