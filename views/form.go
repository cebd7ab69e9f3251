package views

import (
	"strings"

	"github.com/a-h/templ"

	"vang/blog"
)

// line is a field of one line.
type line struct {
	ID, Name, Type, Label, Hint, Value, Complete string
	Required                                     bool
}

func (l line) kind() string {
	if l.Type == "" {
		return "text"
	}
	return l.Type
}

func (f Form) title(w *Catalogue) string {
	if f.ParentID == "" {
		return w.WriteTitle
	}
	name := f.Parent
	if name == "" {
		name = w.Anonymous
	}
	return Fill(w.ReplyTitle, "name", name)
}

func (f Form) cancel() string {
	if f.Cancel == "" {
		return "#comments"
	}
	return f.Cancel
}

// touched tells whether the form must stand open: someone is in the middle of it.
func (f Form) touched() bool {
	return f.Problem != nil || len(f.Errors) > 0 || f.ParentID != "" || f.Body != ""
}

func marked(open bool) templ.Attributes {
	if open {
		return templ.Attributes{"data-open": true}
	}
	return nil
}

func errorOf(errs []blog.FieldError, field string) *blog.FieldError {
	for i := range errs {
		if errs[i].Field == field {
			return &errs[i]
		}
	}
	return nil
}

// strayErrors are those of fields that a reader cannot see.
func strayErrors(errs []blog.FieldError) []blog.FieldError {
	var stray []blog.FieldError
	for _, e := range errs {
		if e.Field != "body" && e.Field != "name" && e.Field != "url" {
			stray = append(stray, e)
		}
	}
	return stray
}

// described points a field at its hint and its error, for those who hear the page.
func described(id string, hint bool, e *blog.FieldError) templ.Attributes {
	var ids []string
	if e != nil {
		ids = append(ids, id+"-error")
	}
	if hint {
		ids = append(ids, id+"-hint")
	}
	a := templ.Attributes{}
	if len(ids) > 0 {
		a["aria-describedby"] = strings.Join(ids, " ")
	}
	if e != nil {
		a["aria-invalid"] = "true"
	}
	return a
}

// leadingNewline saves a first empty line: the parser of a textarea drops one.
func leadingNewline(s string) string {
	if strings.HasPrefix(s, "\n") || strings.HasPrefix(s, "\r\n") {
		return "\n" + s
	}
	return s
}
