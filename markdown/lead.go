package markdown

import (
	"bytes"
	"iter"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	leadWindow = 8 << 10 // bytes at the beginning of a text in which Title and Lead look
	leadLength = 220     // characters of a lead
)

// Title is the text of a document's first heading of level 1, "" if it has none near its beginning.
func (a *Author) Title(source []byte) string {
	previous := ""
	for line := range outsideFences(source) {
		trimmed := strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "#"); ok && startsBlank(rest) {
			return a.inlineText(strings.TrimRight(strings.TrimSpace(rest), "# \t"))
		}
		if len(trimmed) >= 2 && strings.Trim(trimmed, "=") == "" && previous != "" {
			return a.inlineText(previous)
		}
		previous = trimmed
	}
	return ""
}

func startsBlank(s string) bool { return s == "" || s[0] == ' ' || s[0] == '\t' }

// Lead is the first paragraph of a document as plain text, cut at a word where it is long: what listings show of a post
// whose author wrote no summary.
func (a *Author) Lead(source []byte) string {
	var paragraph []string
	skip := false // to the end of a block that is no prose
	for line := range outsideFences(source) {
		trimmed := strings.TrimSpace(line)
		switch {
		case len(paragraph) > 0 && trimmed != "" && strings.Trim(trimmed, "=") == "", // a heading, underlined
			len(paragraph) > 0 && len(trimmed) > 1 && strings.Trim(trimmed, "-") == "":
			paragraph = nil
		case trimmed == "" && len(paragraph) > 0:
			if lead := shorten(a.inlineTextOf(strings.Join(paragraph, "\n"), source), leadLength); lead != "" {
				return lead
			}
			paragraph = nil
		case trimmed == "":
			skip = false
		case skip:
		case len(paragraph) == 0 && !opensText(line):
			skip = !strings.HasPrefix(line, "#")
		default:
			paragraph = append(paragraph, line)
		}
	}
	return ""
}

// opensText tells whether a paragraph of prose begins with this line: no heading, picture, quote, table, template or HTML.
func opensText(line string) bool {
	for _, mark := range []string{"    ", "\t", "#", "<", "{", "!", "|", ">", "---", "===", "***", "[^", ":::", "- ", "* ", "+ "} {
		if strings.HasPrefix(line, mark) {
			return false
		}
	}
	return !strings.HasPrefix(line, "[") || !strings.Contains(line, "]: ")
}

// outsideFences is the lines of a text's beginning that stand in no block of code, and an empty one at the end. Most texts
// tell what they are asked for in their first lines: the others are not even taken apart.
func outsideFences(source []byte) iter.Seq[string] {
	if len(source) > leadWindow {
		source = source[:bytes.LastIndexByte(source[:leadWindow], '\n')+1]
	}
	return func(yield func(string) bool) {
		fence := ""
		for raw := range bytes.Lines(source) {
			line := strings.TrimRight(string(raw), "\n")
			trimmed := strings.TrimSpace(line)
			switch {
			case fence != "":
				if strings.HasPrefix(trimmed, fence) {
					fence = ""
				}
				continue
			case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
				fence = trimmed[:3]
				line = ""
			}
			if !yield(line) {
				return
			}
		}
		yield("")
	}
}

func plainParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 1)),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(wikilinkParser{}, 90), util.Prioritized(plainNotes{}, 95), util.Prioritized(inlineAttributesParser{}, 150),
			util.Prioritized(extension.NewStrikethroughParser(), 500), util.Prioritized(markParser{}, 500), util.Prioritized(emojiParser{}, 990),
		),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)
}

// plainNotes reads over notes, and over references to those at the document's end.
type plainNotes struct{}

var noteMark = regexp.MustCompile(`^\[\^[^\]\s]{1,80}\]`)

// Trigger implements parser.InlineParser.
func (plainNotes) Trigger() []byte { return []byte{'^', '['} }

// Parse implements parser.InlineParser.
func (plainNotes) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	switch {
	case line[0] == '^' && len(line) > 2 && line[1] == '[':
		if noteSegments(block) == nil {
			return nil
		}
	case noteMark.Match(line):
		block.Advance(len(noteMark.Find(line)))
	default:
		return nil
	}
	return newInline(kindNoteRef)
}

func (a *Author) inlineText(markup string) string { return a.inlineTextOf(markup, nil) }

// inlineTextOf is the plain text of a part of a document, which defines what the part's links refer to.
func (a *Author) inlineTextOf(markup string, document []byte) string {
	source, defined := []byte(a.spoken(markup)), parser.NewContext()
	if bytes.IndexByte(source, '[') >= 0 {
		for label := range labelsOf(document) {
			defined.AddReference(parser.NewReference([]byte(label), []byte("#"), nil)) // where it leads is shown nowhere
		}
	}
	return plainText(a.plain.Parse(text.NewReader(source), parser.WithContext(defined)), source)
}

// shorten cuts s to limit characters, at a space where there is one not too far back.
func shorten(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	cut := limit
	for i := limit; i > limit*2/3; i-- {
		if unicode.IsSpace(runes[i]) {
			cut = i
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}
