package posts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v4"
)

// front is a file taken apart: what its front matter says, and its text.
type front struct {
	values   map[string]any // by key in small letters
	matter   []byte         // the front matter itself, without its marks
	line     int            // number of matter's first line
	body     []byte
	bodyLine int // number of body's first line
}

// syntaxError is front matter that cannot be read.
type syntaxError struct {
	line int
	err  error
}

func (e *syntaxError) Error() string { return e.err.Error() }

// normalise makes a file's bytes plain: no mark at the beginning, one kind of line end, valid UTF-8.
func normalise(data []byte) (clean []byte, note string) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	if !utf8.Valid(data) {
		return bytes.ToValidUTF8(data, []byte("\uFFFD")), "is not written in UTF-8: save it in UTF-8, or letters are lost"
	}
	return data, ""
}

// split separates front matter in YAML, TOML or JSON from the text; a file without any is all text.
func split(data []byte) (front, error) {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	switch mark := strings.TrimRight(string(first), " \t"); {
	case mark == "---" || mark == "+++":
		return splitMarked(data, mark, len(first)+1)
	case strings.HasPrefix(mark, "{") && !strings.HasPrefix(mark, "{{") && !strings.HasPrefix(mark, "{%"):
		return splitJSON(data)
	}
	return front{body: data, bodyLine: 1}, nil
}

var keyLine = regexp.MustCompile(`^\s*["']?[\pL_][\pL\pN_. -]*["']?\s*[:=]`)

func splitMarked(data []byte, mark string, start int) (front, error) {
	start = min(start, len(data))
	end, next := -1, 0
	at := start
	for line := range bytes.Lines(data[start:]) {
		text := string(bytes.TrimRight(line, " \t\n"))
		if text == mark || (text == "..." && mark == "---") {
			end, next = at, at+len(line)
			break
		}
		at += len(line)
	}
	if end < 0 {
		if !keyLine.Match(data[start:]) { // a rule drawn above the text
			return front{body: data, bodyLine: 1}, nil
		}
		return front{}, &syntaxError{line: 1, err: fmt.Errorf("the front matter has no end: put a line %s behind its last key", mark)}
	}
	f := front{matter: data[start:end], line: 2, body: data[next:], bodyLine: 1 + bytes.Count(data[:next], []byte("\n"))}
	var err error
	if mark == "---" {
		f.values, err = readYAML(f.matter)
	} else {
		f.values, err = readTOML(f.matter)
	}
	return f, atLine(err, f.line)
}

func splitJSON(data []byte) (front, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	var values map[string]any
	if err := d.Decode(&values); err != nil {
		line := 1 + bytes.Count(data[:min(int(d.InputOffset()), len(data))], []byte("\n"))
		if s, ok := errors.AsType[*json.SyntaxError](err); ok {
			line = 1 + bytes.Count(data[:min(int(s.Offset), len(data))], []byte("\n"))
		}
		return front{}, &syntaxError{line: line, err: fmt.Errorf("the front matter is no JSON: %w", err)}
	}
	end := int(d.InputOffset())
	rest := bytes.TrimPrefix(bytes.TrimLeft(data[end:], " \t"), []byte("\n"))
	return front{
		values: smallKeys(values), matter: data[:end], line: 1,
		body: rest, bodyLine: 1 + bytes.Count(data[:len(data)-len(rest)], []byte("\n")),
	}, nil
}

func smallKeys(values map[string]any) map[string]any {
	small := make(map[string]any, len(values))
	for k, v := range values {
		k = strings.ToLower(strings.TrimSpace(k))
		if _, taken := small[k]; !taken || v != nil {
			small[k] = v
		}
	}
	return small
}

// readYAML reads the keys one by one, so that a doubled key or an odd value costs that key alone.
func readYAML(matter []byte) (values map[string]any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the front matter is no YAML: %v", p)
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(matter, &doc); err != nil {
		return nil, fmt.Errorf("the front matter is no YAML: %w", err)
	}
	values = map[string]any{}
	if len(doc.Content) == 0 {
		return values, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		if root.Tag == "!!null" {
			return values, nil
		}
		return nil, errors.New("the front matter is no list of keys: write each as key: value")
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		node := root.Content[i+1]
		if node.Tag == "!!timestamp" { // as it is written: only so does it tell whether it names a zone
			values[strings.ToLower(root.Content[i].Value)] = node.Value
			continue
		}
		var v any
		if err := node.Decode(&v); err != nil {
			return nil, fmt.Errorf("the front matter's %.40q cannot be read: %w", root.Content[i].Value, err)
		}
		values[strings.ToLower(root.Content[i].Value)] = v
	}
	return values, nil
}

func readTOML(matter []byte) (map[string]any, error) {
	var values map[string]any
	if err := toml.Unmarshal(matter, &values); err != nil {
		if d, ok := errors.AsType[*toml.DecodeError](err); ok {
			row, _ := d.Position()
			return nil, &syntaxError{line: row, err: fmt.Errorf("the front matter is no TOML: %w", err)}
		}
		return nil, fmt.Errorf("the front matter is no TOML: %w", err)
	}
	return smallKeys(values), nil
}

var lineInMessage = regexp.MustCompile(`line (\d+)`)

// atLine gives an error of front matter that begins at line first its line in the file.
func atLine(err error, first int) error {
	if err == nil {
		return nil
	}
	if s, ok := errors.AsType[*syntaxError](err); ok {
		return &syntaxError{line: s.line + first - 1, err: s.err}
	}
	line := first
	if m := lineInMessage.FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		line = first - 1 + n
		err = errors.New(lineInMessage.ReplaceAllString(err.Error(), "line "+strconv.Itoa(line)))
	}
	return &syntaxError{line: line, err: err}
}

// lineOf is the number of the line on which key stands.
func (f front) lineOf(key string) int {
	number := f.line
	for line := range strings.Lines(string(f.matter)) {
		name := strings.TrimLeft(line, " \t{\"',")
		if len(name) > len(key) && strings.EqualFold(name[:len(key)], key) && strings.IndexByte(" \t\"':=", name[len(key)]) >= 0 {
			return number
		}
		number++
	}
	return f.line
}
