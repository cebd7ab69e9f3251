package views

import "github.com/a-h/templ"

// htmx makes the form answer in its slot; on the page of its own it is a plain form.
func (e EditPage) htmx(slot bool) templ.Attributes {
	if !slot {
		return nil
	}
	return templ.Attributes{
		"data-hx-post": e.Action, "data-hx-target": "#s-" + e.Comment.ID, "data-hx-swap": "innerHTML", "data-hx-disable": "find button",
	}
}
