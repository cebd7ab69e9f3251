package markdown

import "strings"

// spoken is a piece of a text with what its shortcodes and its Liquid say in words, for titles and leads. They are needed of
// all texts when a blog is loaded, so nothing is looked up in other files.
func (a *Author) spoken(text string) string {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return text
	}
	st := a.newState([]byte(text), DocOptions{})
	return string(st.expand([]byte(text)))
}
