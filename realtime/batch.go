package realtime

// batch is a run of changes in each audience's form; those that most connections ask for are laid out once.
type batch struct {
	items  []Change
	html   [][]byte
	json   [][]byte
	owners map[string]bool
}

func newBatch(items []Change) *batch {
	b := &batch{items: items}
	for _, c := range items {
		b.html = appendMessage(b.html, c.Public.HTML)
		b.json = appendMessage(b.json, c.Public.JSON)
		if c.Owner != "" && c.Own != nil {
			if b.owners == nil {
				b.owners = map[string]bool{}
			}
			b.owners[c.Owner] = true
		}
	}
	return b
}

// messages returns the messages that s gets, in the order of rev.
func (b *batch) messages(s Subscriber) [][]byte {
	switch {
	case s.JSON:
		return b.json
	case s.Owner == "" || !b.owners[s.Owner]:
		return b.html
	}
	own := make([][]byte, 0, len(b.items))
	for _, c := range b.items {
		if c.Owner == s.Owner && c.Own != nil {
			own = appendMessage(own, c.Own)
		} else {
			own = appendMessage(own, c.Public.HTML)
		}
	}
	return own
}

// appendMessage leaves out what is not meant for this form: an empty message is a heartbeat.
func appendMessage(messages [][]byte, m []byte) [][]byte {
	if len(m) == 0 {
		return messages
	}
	return append(messages, m)
}

// form returns the bytes for s.
func (m Message) form(s Subscriber) []byte {
	if s.JSON {
		return m.JSON
	}
	return m.HTML
}

// framed lays every form of items out as it goes over the wire: once, for all who get it now or from memory.
func framed(items []Change) []Change {
	out := make([]Change, len(items))
	for i, c := range items {
		c.Public, c.Own = c.Public.framed(), textFrame(c.Own)
		out[i] = c
	}
	return out
}

func (m Message) framed() Message { return Message{HTML: textFrame(m.HTML), JSON: textFrame(m.JSON)} }
