// Package diagrams draws what authors sketch in text as SVG: ASCII drawings, and the flow charts that mermaid's "flowchart"
// and "graph" describe, as far as steps and arrows go.
//
// Drawings have classes and the text's colour, no styles of their own, so they suit light and dark pages. It imports nothing
// of ours and keeps nothing; it may be used by any number of goroutines.
package diagrams

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/bep/goat"
)

// Draw draws source, which is written in a drawing language: goat or ascii, mermaid, flowchart. ok is false for any other. An
// error says what cannot be drawn; if there is a drawing nevertheless, what was left out.
func Draw(language, source string) (svg string, ok bool, err error) {
	switch language {
	case "goat", "ascii", "asciiart", "ascii-art":
		svg, err = sketch(source)
	case "mermaid", "flowchart", "flow":
		svg, err = flow(language, source)
	default:
		return "", false, nil
	}
	return svg, true, err
}

// The largest drawing in ASCII: a screen.
const (
	mostLines   = 200
	mostColumns = 240
)

func sketch(source string) (svg string, err error) {
	source = strings.ReplaceAll(strings.Trim(source, "\n"), "\t", "    ")
	lines := strings.Split(source, "\n")
	for _, l := range lines {
		if n := utf8.RuneCountInString(l); n > mostColumns || len(lines) > mostLines {
			return "", fmt.Errorf("the drawing has %d lines of up to %d signs, at most %d of %d are drawn", len(lines), n, mostLines, mostColumns)
		}
	}
	if strings.TrimSpace(source) == "" {
		return "", fmt.Errorf("the drawing is empty")
	}
	defer func() {
		if p := recover(); p != nil {
			svg, err = "", fmt.Errorf("the drawing cannot be read: %v", p)
		}
	}()
	drawn := goat.BuildSVG(strings.NewReader(source))
	body := strings.ReplaceAll(drawn.Body, " style='font-size:1em'", "")
	return fmt.Sprintf(`<svg class="sketch" role="img" aria-label="%s" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n%s</svg>",
		html.EscapeString(words(source)), drawn.Width, drawn.Height, drawn.Width, drawn.Height, body), nil
}

// words are those of a drawing in ASCII, for who does not see it.
func words(source string) string {
	var found []string
	for field := range strings.FieldsSeq(source) {
		word := strings.Trim(field, "-+|=_/\\<>^v*o.'`:~#()[]")
		if utf8.RuneCountInString(word) > 1 {
			found = append(found, word)
		}
	}
	return shorten(strings.Join(found, " "), 600)
}

func shorten(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
