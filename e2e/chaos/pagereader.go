package chaos

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"vang/e2e/chaos/history"
)

// The forms in which readers are served.
const (
	formHTML = "html"
	formJSON = "json"
)

// listFailed is how long the script waits after a list that could not be loaded.
const listFailed = 5 * time.Second

// pageReader is a browser with our script: the page, its socket, and the list that both change.
type pageReader struct {
	*person
	query string // of the page: its order
	shown page
	list  list
	load  time.Time // when the list is to be loaded anew; zero: it is not
}

func (p *pageReader) open(ctx context.Context) bool {
	a := p.ask(ctx, request{method: http.MethodGet, path: "/blog/" + p.post + p.query})
	if !a.wholly() || a.status != http.StatusOK {
		return false
	}
	shown, err := parsePage(a.body)
	if err != nil {
		p.out.Add(history.Record{Process: p.name, Kind: history.Request, Begin: a.begin, Status: http.StatusInternalServerError, Text: err.Error()})
		return false
	}
	p.shown, p.load = shown, time.Time{}
	p.list.open(shown)
	p.loaded(a, shown.box)
	return true
}

// loaded writes down that the list was got as a whole.
func (p *pageReader) loaded(a answer, b box) {
	p.out.Add(history.Record{
		Process: p.name, Kind: history.Load, Begin: a.begin, End: a.end, Post: p.post, Form: formHTML, Whole: true, Session: p.known(),
		Cursor: b.cursor, Order: b.order, From: b.from, Until: b.until, Items: b.items,
	})
}

func (p *pageReader) hello() (path, protocol, first, cursor string) {
	text, _ := json.Marshal(map[string]any{"after": p.list.cursor, "HEADERS": map[string]string{"HX-Request": "true"}}) // strings always can
	return p.shown.live, "", string(text), p.list.cursor
}

func (p *pageReader) take(_ context.Context, at int64, text string) {
	boxes, err := parseBoxes(text)
	if err != nil {
		boxes = nil
	}
	for _, b := range boxes {
		cursor := b.cursor
		if b.reload {
			cursor = b.need
		}
		p.out.Add(history.Record{
			Process: p.name, Kind: history.Push, Begin: at, End: at, Post: p.post, Form: formHTML, Cursor: cursor, Reload: b.reload, Items: b.items,
		})
		p.after(p.list.swap(b))
	}
}

func (p *pageReader) after(load time.Duration) {
	if load >= 0 {
		p.load = time.Now().Add(load)
	}
}

func (p *pageReader) due() time.Time { return p.load }

// wake loads the list anew.
func (p *pageReader) wake(ctx context.Context) {
	p.load = time.Time{}
	a := p.ask(ctx, request{method: http.MethodGet, path: p.shown.list, header: http.Header{"Hx-Request": {"true"}}})
	boxes, err := parseBoxes(a.body)
	if !a.wholly() || a.status != http.StatusOK || err != nil || len(boxes) != 1 || !boxes[0].whole {
		p.after(listFailed)
		return
	}
	p.loaded(a, boxes[0])
	p.after(p.list.swap(boxes[0]))
}

func (p *pageReader) final() history.Record {
	return history.Record{
		Cursor: p.list.cursor, Order: p.list.order, From: p.list.from, Until: p.list.until, Items: append([]history.Item(nil), p.list.items...),
	}
}
