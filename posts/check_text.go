package posts

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"vang/blog"
)

// text is a post's document as a check reads it.
type text struct {
	post     blog.Post
	problems []Problem
	ids      map[string]bool
	refs     []ref
	mute     []string // pictures without words
}

// ref is an address in a text.
type ref struct {
	address string
	what    string // "link" or "file"
}

// read collects what a document defines and refers to.
func (t *text) read(doc string) {
	t.ids = map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			t.tag(z.Token())
		}
	}
}

func (t *text) tag(token html.Token) {
	attrs := map[string]string{}
	for _, a := range token.Attr {
		attrs[a.Key] = a.Val
	}
	if id := attrs["id"]; id != "" {
		t.ids[id] = true
	}
	switch token.Data {
	case "a":
		if name := attrs["name"]; name != "" {
			t.ids[name] = true
		}
		if to, ok := attrs["href"]; ok && attrs["class"] != "anchor" {
			t.refs = append(t.refs, ref{to, "link"})
		}
	case "video", "audio", "source", "track":
		if src := attrs["src"]; src != "" {
			t.refs = append(t.refs, ref{src, "file"})
		}
	case "img":
		hidden := attrs["aria-hidden"] == "true" || attrs["role"] == "presentation" || attrs["role"] == "none"
		if strings.TrimSpace(attrs["alt"]) == "" && !hidden {
			t.mute = append(t.mute, attrs["src"])
		}
	}
}

// lines finds places in the source of a text.
type lines struct {
	body  []byte
	first int            // number of body's first line
	after map[string]int // where the last place of a needle ended: the next finding is the next place
}

func (s *Snapshot) linesOf(p blog.Post) *lines {
	l := &lines{first: 1, after: map[string]int{}}
	if it, ok := s.itemOf(p); ok && it.file.text != nil {
		l.first = max(it.file.bodyLine, 1)
		l.body, _ = it.file.text.load() // without it, a finding names the file alone
	}
	return l
}

// mute is the line in which a picture without words stands; meant tells that its author wrote that it needs none.
func (l *lines) mute(name string) (number int, meant bool) {
	i := l.first - 1
	for line := range bytes.Lines(l.body) {
		i++
		switch at := bytes.Index(line, []byte(name)); {
		case at < 0:
		case bytes.Contains(line, []byte(`alt=""`)), bytes.Contains(line, []byte(`alt=''`)):
			return i, true
		case number == 0 || bytes.Contains(line[:at], []byte("![](")):
			number = i
		}
	}
	return number, false
}

// find is the line in which one of the spellings of an address stands; 0 if none is seen.
func (l *lines) find(address string) (number int) {
	spellings := []string{address}
	if plain, err := url.PathUnescape(address); err == nil && plain != address {
		spellings = append(spellings, plain)
	}
	for _, needle := range spellings {
		if needle == "" {
			continue
		}
		from := l.after[needle]
		at := bytes.Index(l.body[from:], []byte(needle))
		if at < 0 {
			from = 0
			at = bytes.Index(l.body, []byte(needle))
		}
		if at < 0 {
			continue
		}
		at += from
		l.after[needle] = at + len(needle)
		return l.first + bytes.Count(l.body[:at], []byte("\n"))
	}
	return 0
}
