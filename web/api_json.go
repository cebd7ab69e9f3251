package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"vang/blog"
)

// syntaxError is a body that is not JSON, and where that shows.
type syntaxError struct {
	offset       int64 // bytes before the fault
	line, column int   // from 1; columns count characters
	reason       string
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.line, e.column, e.reason)
}

// newSyntaxError finds line and column of a byte offset.
func newSyntaxError(body []byte, offset int64, reason string) *syntaxError {
	offset = min(max(offset, 0), int64(len(body)))
	before := body[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return &syntaxError{
		offset: offset, line: bytes.Count(before, []byte{'\n'}) + 1,
		column: utf8.RuneCount(before[start:]) + 1, reason: reason,
	}
}

// readObject reads the one JSON object that a request must carry.
func readObject(r *http.Request) (*object, error) {
	if err := wantJSON(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			return nil, blog.E(blog.PayloadTooLarge, err)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, blog.E(blog.TooSlow, err)
		}
		return nil, blog.E(blog.Malformed, err)
	}
	return parseObject(body)
}

// wantJSON refuses other content types: a form of another site can send those without asking the browser's leave.
func wantJSON(contentType string) error {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/json" {
		return blog.E(blog.UnsupportedMediaType, fmt.Errorf("content type %q", contentType))
	}
	if c := params["charset"]; c != "" && !strings.EqualFold(c, "utf-8") {
		return blog.E(blog.UnsupportedMediaType, fmt.Errorf("charset %q", c))
	}
	return nil
}

// object is a JSON object whose members are taken out one by one; what is wrong with them, and what nobody took, is
// collected and told all at once. encoding/json alone would accept other letter cases and repair invalid UTF-8 in silence.
type object struct {
	pointer string // RFC 6901, of this object
	members map[string]json.RawMessage
	errs    *[]blog.FieldError
}

// parseObject reads body, which must hold one JSON object and nothing else.
func parseObject(body []byte) (*object, error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, blog.E(blog.Malformed, whyMalformed(body, err))
	}
	if members == nil {
		return nil, blog.E(blog.Malformed, newSyntaxError(body, 0, "null is not an object"))
	}
	return &object{members: members, errs: new([]blog.FieldError)}, nil
}

func whyMalformed(body []byte, err error) error {
	if syntax := new(json.SyntaxError); errors.As(err, &syntax) {
		// Offset counts the offending byte as read, but not at the end of the text.
		at := syntax.Offset - 1
		if strings.Contains(err.Error(), "unexpected end") {
			at = int64(len(body))
		}
		return newSyntaxError(body, at, syntax.Error())
	}
	return newSyntaxError(body, 0, "not an object")
}

// text takes a string member; absent and null are "".
func (o *object) text(name string) string {
	raw, ok := o.take(name)
	if !ok {
		return ""
	}
	var s string
	switch {
	case !utf8.Valid(raw):
		o.fail(name, "not-utf8")
	case json.Unmarshal(raw, &s) != nil:
		o.fail(name, "not-a-string")
	case strings.ContainsRune(s, 0):
		o.fail(name, "control-characters") // whatever the field: no database takes NUL
	}
	return s
}

// object takes an object member; absent and null are empty.
func (o *object) object(name string) *object {
	inner := &object{pointer: o.pointer + "/" + escapePointer(name), errs: o.errs}
	raw, ok := o.take(name)
	if ok && json.Unmarshal(raw, &inner.members) != nil {
		o.fail(name, "not-an-object")
	}
	return inner
}

func (o *object) take(name string) (json.RawMessage, bool) {
	raw, ok := o.members[name]
	delete(o.members, name)
	return raw, ok && !bytes.Equal(raw, []byte("null"))
}

func (o *object) fail(name, code string) {
	*o.errs = append(*o.errs, blog.FieldError{Field: o.pointer + "/" + escapePointer(name), Code: code})
}

// rest refuses the members that nobody took.
func (o *object) rest() {
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		o.fail(name, "unexpected")
	}
}

// err is all that was wrong.
func (o *object) err() error {
	if len(*o.errs) == 0 {
		return nil
	}
	return &blog.Error{Kind: blog.Validation, Fields: *o.errs}
}

// escapePointer writes one step of a JSON Pointer. Names come from strangers: invalid UTF-8 is made valid, and a long one
// is cut.
func escapePointer(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// encodeJSON writes v without the HTML escapes, which only make text longer: the answers are never read as HTML.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return b.Bytes(), nil
}

// writeJSON answers with v. It encodes first, so that a failure is still a clean error.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := encodeJSON(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone: nobody is left to tell
	return nil
}
