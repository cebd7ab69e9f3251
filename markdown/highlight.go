package markdown

import (
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

func (r authorRenderer) fenced(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		r.writeCode(w, fenceOf(n.(*ast.FencedCodeBlock), source), string(n.Lines().Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

func (r authorRenderer) indented(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		r.writeCode(w, fence{}, string(n.Lines().Value(source)))
	}
	return ast.WalkSkipChildren, nil
}

func (r authorRenderer) writeCode(w util.BufWriter, f fence, code string) {
	element := "div"
	if f.title != "" {
		element = "figure"
	}
	write(w, "<", element, ` class="code"`)
	if f.language != "" {
		write(w, ` data-language="`, html.EscapeString(f.language), `"`)
	}
	write(w, ">\n")
	if f.title != "" {
		write(w, "<figcaption>", html.EscapeString(f.title), "</figcaption>\n")
	}
	write(w, `<pre class="chroma" tabindex="0"><code`)
	if f.language != "" {
		write(w, ` class="language-`, html.EscapeString(f.language), `"`)
	}
	write(w, ">")
	r.writeLines(w, f, code)
	write(w, "</code></pre>\n</", element, ">\n")
}

func (r authorRenderer) writeLines(w util.BufWriter, f fence, code string) {
	runs := r.colours.of(f.language, code)
	switch {
	case f.numbers || len(f.marked) > 0 || len(f.hidden) > 0:
		paintLines(w, f, code, runs)
	case runs != nil:
		paint(w, code, runs)
	default:
		write(w, html.EscapeString(code))
	}
}

// paintLines writes code line by line, with numbers and marks. Numbers are text, since the content security policy forbids
// the style attribute that a counter would need to start elsewhere; the stylesheet keeps them out of what is copied.
func paintLines(w util.BufWriter, f fence, code string, runs []run) {
	if runs == nil {
		runs = []run{{0, len(code)}}
	}
	first := max(f.first, 1)
	width := len(strconv.Itoa(first + strings.Count(code, "\n") - 1))
	number := 0
	for line := range strings.Lines(code) {
		number++
		var pieces []run
		pieces, runs = cut(runs, len(line))
		if f.hidden.has(number) {
			continue
		}
		if f.marked.has(number) {
			write(w, `<span class="line hl">`)
		} else {
			write(w, `<span class="line">`)
		}
		if f.numbers {
			digits := strconv.Itoa(first + number - 1)
			write(w, `<span class="ln" aria-hidden="true">`, strings.Repeat(" ", width-len(digits)), digits, " </span>")
		}
		paint(w, line, pieces)
		write(w, "</span>")
	}
}

// cut divides runs behind the first size bytes.
func cut(runs []run, size int) (before, after []run) {
	for i, r := range runs {
		if size < r.size {
			if size > 0 {
				before = append(before, run{r.kind, size})
			}
			return before, append([]run{{r.kind, r.size - size}}, runs[i+1:]...)
		}
		before = append(before, r)
		if size -= r.size; size == 0 {
			return before, runs[i+1:]
		}
	}
	return before, nil
}
