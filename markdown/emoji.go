package markdown

import (
	emojis "github.com/yuin/goldmark-emoji/definition"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emojiParser reads :tada: by GitHub's names. The package's own parser would make its table of names when Vang starts; this
// one lets it be made at the first name.
type emojiParser struct{}

// Trigger implements parser.InlineParser.
func (emojiParser) Trigger() []byte { return []byte{':'} }

const longestEmoji = 60

// Parse implements parser.InlineParser.
func (emojiParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	i := 1
	for i < min(len(line), longestEmoji) && (util.IsAlphaNumeric(line[i]) || line[i] == '_' || line[i] == '-' || line[i] == '+') {
		i++
	}
	if i < 2 || i >= len(line) || line[i] != ':' {
		return nil
	}
	// "8:100:3" is no emoji, and neither is "a:b:c".
	if util.IsAlphaNumeric(byte(min(block.PrecendingCharacter(), 127))) || (i+1 < len(line) && util.IsAlphaNumeric(line[i+1])) {
		return nil
	}
	emoji, ok := emojis.Github().Get(string(line[1:i]))
	if !ok || !emoji.IsUnicode() {
		return nil
	}
	block.Advance(i + 1)
	return ast.NewString([]byte(string(emoji.Unicode)))
}
