package chaos

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"vang/e2e/chaos/history"
)

// list is what an open page shows, changed by what comes just as static/src/vang.js changes it.
type list struct {
	window
	items  []history.Item // in the order of the page
	cursor string
	need   string // the cursor that a list on its way must reach
	held   []box  // what was pushed meanwhile: the list may be older
}

// behindAgain is how long the script waits before it asks again for a list that was older than it must be.
const behindAgain = 2 * time.Second

// open begins with a page.
func (l *list) open(p page) {
	*l = list{window: p.window, items: p.items, cursor: p.cursor}
}

// swap takes in what a push or an answer brought, and tells when the list is to be loaded anew; -1 if it is not.
func (l *list) swap(b box) time.Duration {
	switch {
	case b.reload:
		load := time.Duration(-1)
		if l.need == "" {
			load = b.after
		}
		l.need = b.need
		return load
	case l.need != "" && !b.whole:
		l.held = append(l.held, b)
		return -1
	}
	return l.take(b)
}

func (l *list) take(b box) time.Duration {
	if b.whole {
		l.window = b.window
		l.items = slices.DeleteFunc(l.items, func(shown history.Item) bool {
			return !slices.ContainsFunc(b.items, func(i history.Item) bool { return i.ID == shown.ID })
		})
	}
	for _, item := range b.items {
		l.place(item, b.whole)
	}
	if b.cursor != "" && (b.whole || !behind(b.cursor, l.cursor)) {
		l.cursor = b.cursor
	}
	if !b.whole {
		return -1
	}
	if behind(b.cursor, l.need) {
		return behindAgain
	}
	l.need = ""
	held := l.held
	l.held = nil
	for _, h := range held {
		l.take(h)
	}
	return -1
}

// place puts one comment in its place, if it is newer than what is shown; a whole list may be of another epoch, whose numbers
// mean nothing here.
func (l *list) place(item history.Item, whole bool) {
	at := slices.IndexFunc(l.items, func(i history.Item) bool { return i.ID == item.ID })
	if at >= 0 {
		newer := item.Rev - l.items[at].Rev
		if whole && newer == 0 || !whole && newer < 1 {
			return
		}
	}
	if item.Gone || !l.window.holds(item.Key) {
		if at >= 0 {
			l.items = slices.Delete(l.items, at, at+1)
		}
		return
	}
	if at >= 0 && l.items[at].Key == item.Key {
		l.items[at] = item
		return
	}
	if at >= 0 {
		l.items = slices.Delete(l.items, at, at+1)
	}
	next := slices.IndexFunc(l.items, func(i history.Item) bool { return compareKeys(l.order, item.Key, i.Key) < 0 })
	if next < 0 {
		next = len(l.items)
	}
	l.items = slices.Insert(l.items, next, item)
}

// holds tells whether a key lies in the half-open window.
func (w window) holds(key string) bool {
	return (w.from == "" || compareKeys(w.order, key, w.from) >= 0) && (w.until == "" || compareKeys(w.order, key, w.until) < 0)
}

// compareKeys is as compare in static/src/order.js.
func compareKeys(order, a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range 12 {
		if d := part(as, i) - part(bs, i); d != 0 {
			if i == 0 && order == "newest" {
				return -d
			}
			return d
		}
	}
	return 0
}

func part(key []string, i int) int {
	if i >= len(key) {
		return 0
	}
	n, _ := strconv.Atoi(key[i]) // as a script does, what is no number counts as the parent
	return n
}

// behind tells whether cursor a is an earlier point than b of the same epoch.
func behind(a, b string) bool {
	epoch, rev, _ := strings.Cut(a, ".")
	other, head, _ := strings.Cut(b, ".")
	n, _ := strconv.ParseInt(rev, 10, 64) // what is no number is the beginning
	m, _ := strconv.ParseInt(head, 10, 64)
	return epoch == other && n < m
}
