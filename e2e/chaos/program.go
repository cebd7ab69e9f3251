package chaos

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"vang/e2e/chaos/history"
)

// program is a follower that speaks JSON: it lists the discussion and then goes on from the cursor, over a socket or by
// asking again and again.
type program struct {
	*person
	cursor string
	state  map[string]history.Item
	load   time.Time // when everything is to be listed anew; zero: it is not
}

// comment is a comment as programs see it.
type comment struct {
	ID    string `json:"id"`
	Rev   int64  `json:"rev"`
	State string `json:"state"`
	HTML  string `json:"html"`
}

func (c comment) item() history.Item {
	return history.Item{ID: c.ID, Rev: c.Rev, Mark: markIn(c.HTML), Gone: c.State != "published"}
}

// listing is an answer of /api/comments.
type listing struct {
	Data []comment `json:"data"`
	Page struct {
		Next string `json:"next"`
	} `json:"page"`
	Meta struct {
		Cursor string `json:"cursor"`
		Reload bool   `json:"reload"`
	} `json:"meta"`
}

func (l listing) items() []history.Item {
	items := make([]history.Item, len(l.Data))
	for i, c := range l.Data {
		items[i] = c.item()
	}
	return items
}

// get asks for one listing.
func (p *program) get(ctx context.Context, q url.Values) (l listing, a answer, ok bool) {
	q.Set("post", p.post)
	q.Set("limit", "100")
	a = p.ask(ctx, request{method: http.MethodGet, path: "/api/comments?" + q.Encode()})
	ok = a.wholly() && a.status == http.StatusOK && json.Unmarshal([]byte(a.body), &l) == nil
	return l, a, ok
}

// open lists everything. The cursor is that of the first page: what changes while the others are read comes again.
func (p *program) open(ctx context.Context) bool {
	state := map[string]history.Item{}
	var first, last answer
	cursor := ""
	for q := (url.Values{}); ; {
		l, a, ok := p.get(ctx, q)
		if !ok || cursor != "" && l.Meta.Reload { // put back meanwhile: what was listed may be gone
			return false
		}
		if cursor == "" {
			cursor, first = l.Meta.Cursor, a
		}
		for _, item := range l.items() {
			if state[item.ID].Rev < item.Rev {
				state[item.ID] = item
			}
		}
		if last = a; l.Page.Next == "" {
			break
		}
		q.Set("cursor", l.Page.Next)
	}
	p.cursor, p.state, p.load = cursor, state, time.Time{}
	p.out.Add(history.Record{
		Process: p.name, Kind: history.Load, Begin: first.begin, End: last.end, Post: p.post, Form: formJSON, Whole: true, Cursor: cursor,
		Items: slices.SortedFunc(maps.Values(state), func(a, b history.Item) int { return int(a.Rev - b.Rev) }),
	})
	return true
}

func (p *program) hello() (path, protocol, first, cursor string) {
	return "/live?post=" + p.post + "&since=" + p.cursor, "vang.json", "", p.cursor
}

func (p *program) take(ctx context.Context, at int64, text string) {
	var e struct {
		Cursor  string   `json:"cursor"`
		Kind    string   `json:"kind"`
		Comment *comment `json:"comment"`
	}
	rec := history.Record{Process: p.name, Kind: history.Push, Begin: at, End: at, Post: p.post, Form: formJSON}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		rec.Kind, rec.Status, rec.Text = history.Request, http.StatusInternalServerError, "a message that is no JSON: "+short(text)
		p.out.Add(rec)
		return
	}
	rec.Cursor, rec.Reload = e.Cursor, e.Kind == "reload"
	if e.Comment != nil {
		rec.Items = []history.Item{e.Comment.item()}
	}
	p.out.Add(rec)
	if rec.Reload {
		p.wake(ctx)
		return
	}
	p.apply(rec.Items)
	p.cursor = e.Cursor
}

func (p *program) apply(items []history.Item) {
	for _, item := range items {
		if p.state[item.ID].Rev < item.Rev {
			p.state[item.ID] = item
		}
	}
}

func (p *program) due() time.Time { return p.load }

// wake begins again with a list.
func (p *program) wake(ctx context.Context) {
	if !p.open(ctx) {
		p.load = time.Now().Add(openAgain)
	}
}

// final leaves out the places of what is gone: programs are told that it is, not whether a trace is shown.
func (p *program) final() history.Record {
	var items []history.Item
	for _, item := range p.state {
		if !item.Gone {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b history.Item) int { return int(a.Rev - b.Rev) })
	return history.Record{Cursor: p.cursor, Items: items}
}

// since asks for what changed, as a program without a socket does.
func (p *program) since(ctx context.Context) {
	l, a, ok := p.get(ctx, url.Values{"since": {p.cursor}})
	switch {
	case !ok:
		return
	case l.Meta.Reload:
		p.open(ctx) // if that fails, the next question is answered in the same way
		return
	}
	p.out.Add(history.Record{
		Process: p.name, Kind: history.Since, Begin: a.begin, End: a.end, Post: p.post, Form: formJSON, Cursor: l.Meta.Cursor, Items: l.items(),
	})
	p.apply(l.items())
	p.cursor = l.Meta.Cursor
}
