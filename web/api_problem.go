package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vang/blog"
	"vang/views"
)

// problem is an error as a program sees it (RFC 9457). Type never changes and is never translated; Detail is in the
// reader's language. Nothing in it comes from a cause: causes are for the log.
type problem struct {
	Type       string         `json:"type"`
	Title      string         `json:"title"`
	Status     int            `json:"status"`
	Detail     string         `json:"detail"`
	Instance   string         `json:"instance,omitempty"`
	RequestID  string         `json:"request_id,omitempty"`
	ExistingID string         `json:"existing_id,omitempty"` // the comment that exists already
	Errors     []problemError `json:"errors,omitempty"`
}

// problemError is one fault and where it is: in the body (an RFC 6901 pointer), in a parameter of the address, or in a
// header. A body that is no JSON at all has a place instead.
type problemError struct {
	Pointer   *string `json:"pointer,omitempty"`
	Parameter string  `json:"parameter,omitempty"`
	Header    string  `json:"header,omitempty"`
	Code      string  `json:"code"`
	Detail    string  `json:"detail,omitempty"`
	Limit     int     `json:"limit,omitempty"`
	Offset    *int64  `json:"offset,omitempty"` // bytes before the fault
	Line      int     `json:"line,omitempty"`
	Column    int     `json:"column,omitempty"`
}

// problemPath is below what every problem type lives; each answers there what it means.
const problemPath = "/api/problems/"

// writeProblem answers a program with an error.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, e *blog.Error) {
	words := views.Words(s.problemLang(r))
	p := problem{
		Type: problemPath + e.Kind.String(), Title: titleOf(e.Kind), Status: statusOf(e.Kind),
		Detail: words.Problem(e.Kind).Detail, Instance: r.URL.EscapedPath(), RequestID: requestID(r.Context()),
		ExistingID: e.ID, Errors: problemErrors(e, words),
	}
	body, err := encodeJSON(p)
	if err != nil {
		s.logError(r, err) // plain values always encode; should that ever change, the status still goes out
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", words.Lang)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	for _, stale := range []string{"ETag", "Link", "Location"} {
		h.Del(stale)
	}
	retryAfter(h, e.RetryAfter)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

func problemErrors(e *blog.Error, words *views.Catalogue) []problemError {
	var out []problemError
	for _, f := range e.Fields {
		p := problemError{Code: f.Code, Limit: f.Limit}
		field := f.Field
		switch {
		case strings.HasPrefix(field, "?"):
			p.Parameter, field = field[1:], field[1:]
		case field == "key":
			p.Header = "Idempotency-Key"
		default:
			pointer := pointerOf(field)
			p.Pointer, field = &pointer, strings.TrimPrefix(field, "/")
		}
		if _, told := words.Fields[f.Code]; told {
			p.Detail = words.Field(blog.FieldError{Field: field, Code: f.Code, Limit: f.Limit})
		}
		out = append(out, p)
	}
	if syntax := new(syntaxError); errors.As(e, &syntax) {
		out = append(out, problemError{Code: "syntax", Detail: words.Fields["syntax"], Offset: &syntax.offset, Line: syntax.line, Column: syntax.column})
	}
	return out
}

// pointerOf is where a field of the domain stands in a body.
func pointerOf(field string) string {
	switch field {
	case "name", "url", "email":
		return "/author/" + field
	case "parent":
		return "/parent_id"
	}
	return "/" + strings.TrimPrefix(field, "/")
}

// problemLang is the language that the client asks for, else that of the post in the address, else the site's.
func (s *Server) problemLang(r *http.Request) blog.Lang {
	if l := acceptedLang(r.Header.Get("Accept-Language")); l != "" {
		return l
	}
	return s.lang(r, r.URL.Query().Get("post"))
}

// acceptedLang is the best of the complete catalogues in an Accept-Language header; "" if it names none of them.
func acceptedLang(header string) blog.Lang {
	best, bestQ := "", 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if !slices.Contains([]string{blog.English, blog.Vietnamese}, base) {
			continue
		}
		q := 1.0
		if v, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if q > bestQ {
			best, bestQ = base, q
		}
	}
	return best
}

// problemAbout tells what a problem type means: the address in every problem's type leads here.
func (s *Server) problemAbout(w http.ResponseWriter, r *http.Request) error {
	for k := range errorRows {
		kind := blog.Kind(k)
		if kind.String() != r.PathValue("name") {
			continue
		}
		words := views.Words(s.problemLang(r))
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Language", words.Lang)
		return writeJSON(w, http.StatusOK, problem{
			Type: problemPath + kind.String(), Title: titleOf(kind), Status: statusOf(kind), Detail: words.Problem(kind).Detail,
		})
	}
	return blog.E(blog.NotFound, nil)
}
