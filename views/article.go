package views

import "github.com/a-h/templ"

// longContents is the number of headings from which a text has a table of contents.
const longContents = 3

// raw writes HTML that markdown has made safe.
func raw(html string) templ.Component { return templ.Raw(html) }
