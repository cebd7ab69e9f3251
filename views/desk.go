package views

import "strconv"

// Desk is what a page shows on the author's desk, besides drafts: what is wrong with the content, and that the page follows.
type Desk struct {
	Cursor  string // of the content that the page was made of
	Live    string // address of a WebSocket that tells of newer content
	File    string // that this page comes from; "" for listings
	Style   string // desk.css
	Script  string // desk.js
	Faults  []DeskNote
	Remarks []DeskNote
	More    int // remarks that are not shown
}

// DeskNote is one thing that is wrong: where, what and what to do about it.
type DeskNote struct {
	File    string
	Line    int // 0: the whole file
	Message string
	Excerpt []DeskLine
}

// DeskLine is a line of a file.
type DeskLine struct {
	Number int
	Text   string
	Here   bool // what is wrong is in this line
}

// where is a file and a line as editors and compilers write them.
func (n DeskNote) where() string {
	if n.Line == 0 {
		return n.File
	}
	return n.File + ":" + strconv.Itoa(n.Line)
}

// state is what of the desk a style tells apart.
func (d Desk) state() string {
	switch {
	case len(d.Faults) > 0:
		return "faulty"
	case len(d.Remarks) > 0:
		return "remarked"
	}
	return "clean"
}
