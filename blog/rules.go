package blog

import (
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// What a stranger may send.
const (
	MaxBody  = 10_000 // characters
	MaxName  = 60     // characters
	MaxURL   = 300    // bytes
	MaxEmail = 254    // bytes, RFC 5321
	MaxKey   = 255    // characters of an Idempotency-Key

	EditWindow   = 15 * time.Minute // in which a writer may edit and delete
	DedupeWindow = 10 * time.Minute // in which the same words from the same writer are the same comment
)

// Submission is what a stranger wants to say.
type Submission struct {
	PostID   string
	ParentID string
	Name     string
	URL      string
	Email    string
	Body     string
}

// Normalise trims and unifies the fields and returns all that is wrong with them, in the order of the form.
func (s *Submission) Normalise() []FieldError {
	var errs []FieldError
	add := func(field, code string, limit int) {
		errs = append(errs, fault(field, code, limit))
	}
	body, code := cleanBody(s.Body)
	if code != "" {
		add("body", code, MaxBody)
	} else {
		s.Body = body
	}
	name, code := cleanLine(s.Name, MaxName)
	switch {
	case code != "":
		add("name", code, MaxName)
	case name == "":
		add("name", "required", 0)
	default:
		s.Name = name
	}
	if u, ok := cleanURL(s.URL); ok {
		s.URL = u
	} else {
		add("url", "not-an-address", 0)
	}
	if e, ok := cleanEmail(s.Email); ok {
		s.Email = e
	} else {
		add("email", "not-an-address", 0)
	}
	return errs
}

// CleanBody is Normalise for an edit, which changes the text alone.
func CleanBody(body string) (string, []FieldError) {
	clean, code := cleanBody(body)
	if code != "" {
		return body, []FieldError{fault("body", code, MaxBody)}
	}
	return clean, nil
}

// fault is what is wrong with a field. Only what is too long is told the limit.
func fault(field, code string, limit int) FieldError {
	if code != "too-long" {
		limit = 0
	}
	return FieldError{Field: field, Code: code, Limit: limit}
}

func cleanBody(s string) (string, string) {
	if !utf8.ValidString(s) {
		return s, "not-utf8"
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if strings.IndexFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }) >= 0 {
		return s, "control-characters"
	}
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	s = strings.TrimLeft(s, "\n")
	if blank(s) {
		return s, "required"
	}
	if utf8.RuneCountInString(s) > MaxBody {
		return s, "too-long"
	}
	return s, ""
}

func cleanLine(s string, limit int) (string, string) {
	if !utf8.ValidString(s) {
		return s, "not-utf8"
	}
	if strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) || isBidiControl(r) }) >= 0 {
		return s, "control-characters"
	}
	s = strings.Join(strings.Fields(s), " ")
	if blank(s) {
		return "", ""
	}
	if utf8.RuneCountInString(s) > limit {
		return s, "too-long"
	}
	return s, ""
}

// blank tells whether nothing of s can be seen: a name of zero-width spaces is none.
func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != '\u2800' && r != '\u3164' && r != '\uffa0'
	}) < 0
}

// isBidiControl finds the characters that would let a name turn the text around it.
func isBidiControl(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069)
}

func cleanURL(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	if !strings.Contains(s, "://") && !strings.Contains(s, ":") {
		s = "https://" + s
	}
	if len(s) > MaxURL || strings.ContainsAny(s, " \"'<>`\\") || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return s, false
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil ||
		!utf8.ValidString(s) || !strings.Contains(u.Hostname(), ".") {
		return s, false
	}
	return u.String(), true
}

func cleanEmail(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	if len(s) > MaxEmail || strings.ContainsAny(s, "<>\"' ") || !utf8.ValidString(s) {
		return s, false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return s, false
	}
	return s, true
}

// Fingerprint is the hash of all that makes two submissions the same one.
func (s Submission) Fingerprint() string {
	h := sha256.New()
	for _, f := range []string{s.PostID, s.ParentID, s.Name, s.URL, s.Email, s.Body} {
		h.Write([]byte(strconv.Itoa(len(f)) + ":" + f))
	}
	return hex.EncodeToString(h.Sum(nil))
}
