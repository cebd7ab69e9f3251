package markdown

// expand replaces the constructs of other tools by Markdown and HTML, before anything else reads the text.
func (st *state) expand(source []byte) []byte { return source }
