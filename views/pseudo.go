package views

import (
	"reflect"
	"strings"
	"unicode"
)

// pseudo transforms English word by word, so that a catalogue entry that English has cannot be missing here.
func pseudo() *Catalogue {
	c := english()
	v := reflect.ValueOf(c).Elem()
	for _, f := range v.Fields() {
		if f.Kind() == reflect.String && f.CanSet() {
			f.SetString(wrapWords(f.String()))
		}
	}
	c.Lang, c.Locale = Pseudo, "qps"
	for k, m := range c.Kinds {
		c.Kinds[k] = Message{wrapWords(m.Title), wrapWords(m.Detail)}
	}
	for k, s := range c.Fields {
		c.Fields[k] = wrapWords(s)
	}
	for i, m := range c.months {
		c.months[i] = wrapWords(m)
	}
	c.dateTime = wrapWords(c.dateTime)
	return c
}

// wrapWords puts ⟦ ⟧ around each word that has a letter, and leaves what is filled in alone.
func wrapWords(s string) string {
	var b strings.Builder
	word := func(w string) {
		if strings.IndexFunc(w, unicode.IsLetter) >= 0 {
			w = "⟦" + w + "⟧"
		}
		b.WriteString(w)
	}
	for s != "" {
		end := strings.IndexAny(s, " {")
		switch {
		case end < 0:
			word(s)
			return b.String()
		case end > 0:
			word(s[:end])
		case s[0] == '{':
			end = strings.IndexByte(s, '}') + 1
			b.WriteString(s[:end])
		default:
			end = 1
			b.WriteByte(' ')
		}
		s = s[end:]
	}
	return b.String()
}
