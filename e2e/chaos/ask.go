package chaos

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vang/e2e/chaos/history"
)

const (
	formKind = "application/x-www-form-urlencoded"
	jsonKind = "application/json"
)

// body is a text that holds mark.
func body(mark string) string { return "Một lời vang: **" + mark + "**\n\nand a second paragraph." }

func (w *writer) commentRequest(wish history.Record) request {
	if w.way.api {
		text, _ := json.Marshal(map[string]any{ // strings always can
			"post": wish.Post, "parent_id": wish.Parent, "body": body(wish.Mark), "author": map[string]string{"name": w.name},
		})
		q := request{method: http.MethodPost, path: "/api/comments", kind: jsonKind, body: string(text)}
		if wish.IdempotencyKey != "" {
			q.header = http.Header{"Idempotency-Key": {wish.IdempotencyKey}}
		}
		return q
	}
	fields := url.Values{"parent": {wish.Parent}, "name": {w.name}, "body": {body(wish.Mark)}}
	if wish.IdempotencyKey != "" {
		fields.Set("key", wish.IdempotencyKey)
	}
	return w.form(wish.Post, "", fields)
}

// form is a form of a post's discussion, sent by a browser or by our script.
func (w *writer) form(post, below string, fields url.Values) request {
	q := request{method: http.MethodPost, path: "/blog/" + post + "/comments" + below, kind: formKind, body: fields.Encode()}
	if w.way.script {
		q.header = http.Header{"Hx-Request": {"true"}}
	}
	return q
}

// taken reads id and rev out of the answer to a comment that was taken, and where a browser goes from there.
func (w *writer) taken(wish *history.Record, a answer) (to string) {
	switch {
	case w.way.api:
		var made struct {
			ID       string `json:"id"`
			Rev      int64  `json:"rev"`
			Existing string `json:"existing_id"`
		}
		_ = json.Unmarshal([]byte(a.body), &made) // an answer without id is found by the checker
		wish.ID, wish.Rev = made.ID, made.Rev
		wish.Replayed = a.header.Get("Idempotency-Replayed") != ""
		if w.duplicate(a) {
			wish.ID, wish.Rev, wish.Replayed = made.Existing, 0, true
		}
	case w.way.script:
		wish.ID = mineIn(a.body)
	default:
		to = a.header.Get("Location")
		if u, err := url.Parse(to); err == nil {
			wish.ID = u.Query().Get("at")
		}
	}
	if wish.ID == "" {
		wish.Text = short(a.body) // the checker says that this is no answer
	}
	return to
}

// edited reads the rev out of the answer to an edit.
func (w *writer) edited(wish *history.Record, a answer) {
	if !w.way.api {
		return
	}
	var made struct {
		Rev int64 `json:"rev"`
	}
	_ = json.Unmarshal([]byte(a.body), &made) // a form's answer does not tell it either
	wish.Rev = made.Rev
	wish.Replayed = wish.Tries > 1
}

func (w *writer) editRequest(c *own, mark string) request {
	if !w.way.api {
		return w.form(c.post, "/"+c.id+"/edit", url.Values{"body": {body(mark)}, "version": {strconv.FormatInt(c.version, 10)}})
	}
	text, _ := json.Marshal(map[string]string{"body": body(mark)}) // strings always can
	return request{
		method: http.MethodPatch, path: "/api/comments/" + c.id, kind: jsonKind, body: string(text),
		header: http.Header{"If-Match": {`"` + strconv.FormatInt(c.version, 10) + `"`}},
	}
}

func (w *writer) eraseRequest(c *own) request {
	if !w.way.api {
		return w.form(c.post, "/"+c.id+"/delete", url.Values{})
	}
	return request{method: http.MethodDelete, path: "/api/comments/" + c.id}
}

// follow opens the page that a form's answer leads to, and looks for the comment.
func (w *writer) follow(ctx context.Context, wish history.Record, to string) {
	path, _, _ := strings.Cut(to, "#")
	a := w.ask(ctx, request{method: http.MethodGet, path: path})
	r := history.Record{
		Process: w.name, Kind: history.Follow, Begin: a.begin, End: a.end, Post: wish.Post, ID: wish.ID, Mark: wish.Mark,
		Status: a.status, Outcome: history.Unknown, Text: path,
	}
	if a.wholly() && a.status < http.StatusInternalServerError {
		p, err := parsePage(a.body)
		if err == nil && p.cursor != nowhere {
			r.Outcome = history.Fail
			for _, item := range p.items {
				if item.ID == wish.ID && item.Mark == wish.Mark {
					r.Outcome = history.OK
				}
			}
		}
	}
	w.out.Add(r)
}

func short(s string) string {
	if len(s) > 200 {
		return s[:200]
	}
	return s
}
