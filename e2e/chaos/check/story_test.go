package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vang/e2e/chaos/history"
)

// story is a history by hand. Times are in milliseconds.
type story []history.Record

const (
	second = 1000
	minute = 60 * second
)

// at gives a record its times and adds it.
func (s *story) at(begin, end int64, r history.Record) *history.Record {
	r.Begin, r.End = begin*1000, end*1000
	if r.Outcome == "" {
		r.Outcome = history.OK
	}
	r.Post = cmp.Or(r.Post, "a")
	*s = append(*s, r)
	return &(*s)[len(*s)-1]
}

// records are the story in the order in which a recorder would have written it.
func (s story) records() []history.Record {
	list := slices.Clone(s)
	slices.SortStableFunc(list, func(a, b history.Record) int { return cmp.Compare(a.End, b.End) })
	for i := range list {
		list[i].N = int64(i) + 1
	}
	return list
}

// find is the one record that is picked.
func (s story) find(t *testing.T, process string, kind history.Kind, n int) *history.Record {
	t.Helper()
	for i := range s {
		if s[i].Process == process && s[i].Kind == kind {
			if n == 0 {
				return &s[i]
			}
			n--
		}
	}
	t.Fatalf("the story has no such %s by %s", kind, process)
	return nil
}

// without takes a record out.
func (s *story) without(t *testing.T, process string, kind history.Kind, n int) {
	t.Helper()
	r := *s.find(t, process, kind, n)
	*s = slices.DeleteFunc(*s, func(o history.Record) bool {
		return o.Process == r.Process && o.Kind == r.Kind && o.Begin == r.Begin && o.ID == r.ID && o.Mark == r.Mark && o.Cursor == r.Cursor
	})
}

func item(id, key string, rev int64, mark string) history.Item {
	return history.Item{ID: id, Key: key, Rev: rev, Mark: mark}
}

// push is a frame with one item, or none.
func (s *story) push(reader string, at, rev int64, items ...history.Item) *history.Record {
	r := history.Record{Process: reader, Kind: history.Push, Form: html, Cursor: fmt.Sprintf("e.%d", rev), Items: items}
	if strings.HasPrefix(reader, json) {
		r.Form = json
		for i := range r.Items {
			r.Items[i].Key = ""
		}
	}
	return s.at(at, at, r)
}

// good is a story in which nothing is wrong. Two comments and a reply are written; the first is edited, the second deleted,
// the reply hidden; a fourth is held and then shown. An html and a json reader follow, one page is loaded now and then.
func good() story {
	var s story
	s.at(0, 0, history.Record{Process: "harness", Kind: history.Start, Text: "by hand"})
	for _, form := range []string{html, json} {
		s.at(10, 20, history.Record{Process: form, Kind: history.Load, Form: form, Whole: true, Cursor: "e.0", Order: "oldest"})
		s.at(20, 30, history.Record{Process: form, Kind: history.Connect, Form: form, Cursor: "e.0"})
	}
	w := func(begin, end int64, r history.Record) {
		r.Process = "writer"
		s.at(begin, end, r)
		s.at(begin, end, history.Record{Process: "writer", Kind: history.Request, Status: 201, Text: "POST"})
	}
	w(1*second, 1*second+50, history.Record{Kind: history.Post, ID: "c1", Mark: "m1", Rev: 1, IdempotencyKey: "k1"})
	w(2*second, 2*second+50, history.Record{Kind: history.Post, ID: "c2", Mark: "m2", Rev: 2})
	s.at(2*second+60, 2*second+90, history.Record{Process: "writer", Kind: history.Follow, ID: "c2", Mark: "m2"})
	w(3*second, 3*second+50, history.Record{Kind: history.Post, ID: "c3", Mark: "m3", Rev: 3, Parent: "c1"})
	w(10*second, 10*second+50, history.Record{Kind: history.Edit, ID: "c1", Mark: "m1e1", Rev: 4})
	w(20*second, 20*second+50, history.Record{Kind: history.Delete, ID: "c2"})
	s.at(30*second, 30*second+100, history.Record{Process: "moderator", Kind: history.Hide, ID: "c3"})
	s.at(40*second, 40*second+10, history.Record{Process: "moderator", Kind: history.Hold, ID: "c4", Mark: "m4"})
	s.at(50*second, 50*second+100, history.Record{Process: "moderator", Kind: history.Show, ID: "c4"})
	for _, reader := range []string{html, json} {
		s.push(reader, 1*second+100, 1, item("c1", "1", 1, "m1"))
		s.push(reader, 2*second+100, 2, item("c2", "2", 2, "m2"))
		s.push(reader, 3*second+100, 3, item("c3", "1.3", 3, "m3"))
		s.push(reader, 10*second+100, 4, item("c1", "1", 4, "m1e1"))
		gone := item("c2", "2", 5, "")
		gone.Gone = true
		s.push(reader, 20*second+100, 5, gone)
		gone = item("c3", "1.3", 6, "")
		gone.Gone = true
		s.push(reader, 30*second+1000, 6, gone)
		s.push(reader, 41*second, 7)
		s.push(reader, 51*second, 8, item("c4", "4", 8, "m4"))
	}
	whole := func(kind history.Kind, at int64, r history.Record, items ...history.Item) {
		r.Kind, r.Form, r.Whole, r.Order, r.Items = kind, cmp.Or(r.Form, html), true, "oldest", items
		s.at(at, at+20, r)
	}
	whole(history.Load, 5*second, history.Record{Process: "visitor", Session: true, Cursor: "e.3"},
		item("c1", "1", 1, "m1"), item("c3", "1.3", 3, "m3"), item("c2", "2", 2, "m2"))
	whole(history.Load, 60*second, history.Record{Process: "visitor", Session: true, Cursor: "e.8"}, item("c1", "1", 4, "m1e1"), item("c4", "4", 8, "m4"))
	s.at(70*second, 70*second, history.Record{Process: "harness", Kind: history.Quiet})
	for _, reader := range []string{html, json} {
		whole(history.Final, 80*second, history.Record{Process: reader, Form: reader, Cursor: "e.8"}, item("c1", "1", 4, "m1e1"), item("c4", "4", 8, "m4"))
	}
	row := func(id, parent, key string, seq, rev int64, mark, state string) {
		s.at(90*second, 90*second, history.Record{
			Process: "database", Kind: history.Row, ID: id, Parent: parent, Key: key, Seq: seq, Rev: rev, Mark: mark, State: state, Shown: state == statePublished,
		})
	}
	row("c1", "", "1", 1, 4, "m1e1", statePublished)
	row("c2", "", "2", 2, 5, "", stateDeleted)
	row("c3", "c1", "1.3", 3, 6, "m3", stateHidden)
	row("c4", "", "4", 4, 8, "m4", statePublished)
	s.at(90*second, 90*second, history.Record{Process: "database", Kind: history.Head, Cursor: "e.8", Rev: 8, Seq: 4, Count: 2})
	s.at(91*second, 91*second, history.Record{Process: "harness", Kind: history.End})
	return s
}

// fault adds a fault between two moments.
func (s *story) fault(name string, begin, end int64) *history.Record {
	return s.at(begin, end, history.Record{Process: "nemesis", Kind: history.Fault, Fault: name})
}
