package markdown

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"strconv"

	"vang/blog"
)

// asked is the Surroundings of one document while it is rendered. It remembers what was asked and answered: the rendering
// is good as long as the same questions get the same answers, whatever else changed in the content.
type asked struct {
	around    Surroundings // nil if the document stands alone: nothing is found then
	from      string
	questions map[question]answer
}

type question struct {
	kind byte
	text string
}

// The kinds of questions, one for each method of Surroundings.
const (
	askLink    byte = 'l'
	askPicture byte = 'p'
	askInclude byte = 'i'
	askParam   byte = 'v'
)

// answer is the hash of one: two that differ look the same once in 2^64 times.
type answer uint64

func newAsked(around Surroundings, from string) *asked {
	return &asked{around: around, from: from, questions: map[question]answer{}}
}

// Link is Surroundings.Link from this document.
func (a *asked) Link(target string) (url, title string, ok bool) {
	if a.around != nil {
		url, title, ok = a.around.Link(a.from, target)
	}
	a.note(askLink, target, linkAnswer(url, title, ok))
	return url, title, ok
}

// Picture is Surroundings.Picture from this document.
func (a *asked) Picture(src string) (p blog.Picture, ok bool) {
	if a.around != nil {
		p, ok = a.around.Picture(a.from, src)
	}
	a.note(askPicture, src, pictureAnswer(p, ok))
	return p, ok
}

// Include is Surroundings.Include from this document.
func (a *asked) Include(name string) (text []byte, ok bool) {
	if a.around != nil {
		text, ok = a.around.Include(a.from, name)
	}
	a.note(askInclude, name, includeAnswer(text, ok))
	return text, ok
}

// Param is Surroundings.Param from this document.
func (a *asked) Param(name string) (value string, ok bool) {
	if a.around != nil {
		value, ok = a.around.Param(a.from, name)
	}
	a.note(askParam, name, includeAnswer([]byte(value), ok))
	return value, ok
}

func (a *asked) note(kind byte, text string, was answer) {
	// A question is cut out of the source, which must not be kept for its sake.
	a.questions[question{kind, string([]byte(text))}] = was
}

// holds tells whether all questions still get their answers from around.
func (a *asked) holds(around Surroundings) bool {
	if a == nil || len(a.questions) == 0 {
		return true
	}
	again := asked{around: around, from: a.from}
	for q, was := range a.questions {
		if again.ask(q) != was {
			return false
		}
	}
	return true
}

func (a *asked) ask(q question) answer {
	if a.around == nil {
		return answerTo(false)
	}
	switch q.kind {
	case askLink:
		return linkAnswer(a.around.Link(a.from, q.text))
	case askPicture:
		return pictureAnswer(a.around.Picture(a.from, q.text))
	case askInclude:
		return includeAnswer(a.around.Include(a.from, q.text))
	}
	value, ok := a.around.Param(a.from, q.text)
	return includeAnswer([]byte(value), ok)
}

// size is about what the questions take in memory.
func (a *asked) size() int {
	n := 0
	if a != nil {
		for q := range a.questions {
			n += len(q.text) + 48
		}
	}
	return n
}

func linkAnswer(url, title string, ok bool) answer { return answerTo(ok, url, title) }

func includeAnswer(text []byte, ok bool) answer { return answerTo(ok, string(text)) }

func pictureAnswer(p blog.Picture, ok bool) answer {
	parts := []string{p.Src, p.Alt, strconv.Itoa(p.Width), strconv.Itoa(p.Height), p.Srcset, strconv.FormatBool(p.Missing)}
	for _, s := range p.Sources {
		parts = append(parts, s.Type, s.Srcset)
	}
	return answerTo(ok, parts...)
}

// answerTo hashes parts with their lengths, so that moving a letter from one to the next makes another answer. All that was
// not found is one answer.
func answerTo(ok bool, parts ...string) answer {
	if !ok {
		return 0
	}
	h := fnv.New64a()
	for _, p := range parts {
		writePart(h, p)
	}
	return answer(h.Sum64() | 1)
}

func writePart(h hash.Hash64, part string) {
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
	_, _ = h.Write(length[:])
	_, _ = h.Write([]byte(part))
}
