package chaos

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"vang/e2e/chaos/history"
)

// nowhere is the cursor of a page whose comments could not be read.
const nowhere = "0.0"

// box is a list of comments as a page, an answer or a push brings it.
type box struct {
	items  []history.Item
	cursor string
	whole  bool
	mine   string // link to one's own comment, in the answer to its form
	reload bool
	after  time.Duration // of a reload
	need   string        // the cursor that a list must reach
	window
}

// window is the part of a discussion that a list shows.
type window struct{ order, from, until string }

// page is a post's page as a reader's browser takes it in.
type page struct {
	box
	list string // address of the list alone
	live string // address of the socket
}

// parsePage reads a whole page.
func parsePage(text string) (p page, err error) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return p, err
	}
	found := false
	for n := range root.Descendants() {
		switch attr(n, "id") {
		case "comment-list":
			p.box, p.list, found = readBox(n), attr(n, "data-list"), true
		case "cursor":
			defer func(cursor string) { p.cursor = cursor }(attr(n, "value"))
		case "live":
			p.live = attr(n, "data-hx-ws:connect")
		}
	}
	if !found {
		return p, fmt.Errorf("the page has no list of comments: %s", short(text))
	}
	return p, nil
}

// parseBoxes reads what an answer to a script, or a push, holds.
func parseBoxes(text string) ([]box, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return nil, err
	}
	var boxes []box
	for _, n := range nodes {
		if n.DataAtom == atom.Ol {
			boxes = append(boxes, readBox(n))
		}
	}
	return boxes, nil
}

// readBox reads a list element.
func readBox(n *html.Node) box {
	b := box{
		cursor: attr(n, "data-cursor"), whole: attr(n, "data-whole") != "", mine: attr(n, "data-mine"),
		window: window{attr(n, "data-order"), attr(n, "data-from"), attr(n, "data-until")},
	}
	if ms, err := strconv.Atoi(attr(n, "data-reload")); err == nil {
		b.reload, b.after, b.need = true, time.Duration(ms)*time.Millisecond, attr(n, "data-need")
	}
	for li := range n.ChildNodes() {
		if li.DataAtom == atom.Li {
			b.items = append(b.items, readItem(li))
		}
	}
	return b
}

func readItem(li *html.Node) history.Item {
	rev, _ := strconv.ParseInt(attr(li, "data-rev"), 10, 64) // 0 is no rev, and found to be none
	_, gone := find(li, "data-gone")
	return history.Item{
		ID: strings.TrimPrefix(attr(li, "id"), "c-"), Key: attr(li, "data-k"), Rev: rev, Gone: gone, Mark: markIn(textOf(li)),
	}
}

// Marks is the pattern of the word that a writer puts into a text, for Go, PostgreSQL and scripts alike.
const Marks = `vm[0-9a-f]{4}p[0-9a-z]+n[0-9]+e[0-9]+`

// marks is compiled once; nothing changes it.
var marks = regexp.MustCompile(Marks)

func markIn(text string) string { return marks.FindString(text) }

// mineIn is the id of one's own comment in the answer to a script.
func mineIn(text string) string {
	boxes, err := parseBoxes(text)
	if err != nil {
		return ""
	}
	for _, b := range boxes {
		if b.mine != "" && len(b.items) == 1 {
			return b.items[0].ID
		}
	}
	return ""
}

func find(n *html.Node, name string) (value string, found bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func attr(n *html.Node, name string) string {
	value, _ := find(n, name)
	return value
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
