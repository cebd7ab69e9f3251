package check

import (
	"fmt"
	"strconv"
	"strings"

	"vang/e2e/chaos/history"
)

// cursor is a point of a discussion's history.
type cursor struct {
	epoch string
	rev   int64
}

// nowhere is the cursor of a page whose comments could not be read.
const nowhere = "0.0"

func parseCursor(s string) cursor {
	epoch, rev, _ := strings.Cut(s, ".")
	n, _ := strconv.ParseInt(rev, 10, 64) // what is no number is no point of any history
	return cursor{epoch, n}
}

// checkReader follows one reader from the first record to the last.
func (c *checker) checkReader(r *reader) {
	c.checkConnections(r)
	for _, e := range r.events {
		c.checkTwice(e)
		c.checkOrder(e)
		for _, item := range e.Items {
			c.checkSighting(r, e, item)
		}
	}
	c.checkReads(r)
	c.checkGap(r)
	c.checkFinal(r)
	c.checkTimes(r)
}

// checkConnections demands strictly rising revs, on each connection and from one to the next.
func (c *checker) checkConnections(r *reader) {
	var at cursor
	var last history.Record
	for _, e := range r.events {
		switch {
		case e.Kind == history.Connect && e.Outcome == history.OK:
			at, last = parseCursor(e.Cursor), e
		case e.Kind != history.Push:
		case e.Reload:
			at, last = parseCursor(e.Cursor), e
		default:
			next := parseCursor(e.Cursor)
			if next.epoch != at.epoch || next.rev <= at.rev {
				c.violate(Back, fmt.Sprintf("%s stood at %s.%d and was pushed %s", r.name, at.epoch, at.rev, e.Cursor), last, e)
			}
			for _, item := range e.Items {
				if item.Rev > next.rev || next.epoch == at.epoch && item.Rev <= at.rev {
					c.violate(Back, fmt.Sprintf("%s stood at %d and was pushed rev %d of %s", r.name, at.rev, item.Rev, item.ID), last, e)
				}
			}
			at, last = next, e
		}
	}
}

// checkTwice demands that a list holds each comment and each text once.
func (c *checker) checkTwice(e history.Record) {
	if e.Kind == history.Push {
		return
	}
	ids, marks := map[string]bool{}, map[string]bool{}
	for _, item := range e.Items {
		if ids[item.ID] || item.Mark != "" && marks[item.Mark] {
			c.violate(Twice, fmt.Sprintf("%s shows %s (%s) twice", e.Process, item.ID, item.Mark), e)
		}
		ids[item.ID], marks[item.Mark] = true, true
	}
}

// checkOrder demands the order of the thread, and that nothing stands outside the window.
func (c *checker) checkOrder(e history.Record) {
	if e.Form != html || e.Kind != history.Load && e.Kind != history.Final {
		return
	}
	before := ""
	for _, item := range e.Items {
		if !inside(item.Key, e) {
			c.violate(Order, fmt.Sprintf("%s shows %s at %s, outside %q to %q", e.Process, item.ID, item.Key, e.From, e.Until), e)
		}
		if before != "" && compare(e.Order, before, item.Key) >= 0 {
			c.violate(Order, fmt.Sprintf("%s shows %s before %s", e.Process, before, item.Key), e)
		}
		before = item.Key
	}
}

// The forms of readers.
const (
	html = "html"
	json = "json"
)

const newest = "newest"

// compare tells whether key a stands before (-1), at (0) or after (1) key b.
func compare(order, a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		d := level(as, i) - level(bs, i)
		if d == 0 {
			continue
		}
		if (d > 0) == (i == 0 && order == newest) {
			return -1
		}
		return 1
	}
	return 0
}

// level is a number of a key; a missing one is 0, so that the parent stands first.
func level(key []string, i int) int64 {
	if i >= len(key) {
		return 0
	}
	n, _ := strconv.ParseInt(key[i], 10, 64)
	return n
}

// inside tells whether key lies in the half-open window of e.
func inside(key string, e history.Record) bool {
	return (e.From == "" || compare(e.Order, key, e.From) >= 0) && (e.Until == "" || compare(e.Order, key, e.Until) < 0)
}

// checkGap demands that a reader was told of everything between its last whole list and where it says that it stands: what
// it was not told of before it passed the number would have been missed for good, had it reconnected there.
func (c *checker) checkGap(r *reader) {
	final := r.final
	if final.N == 0 || final.Form == "" {
		return
	}
	var list history.Record
	told := map[string]int64{}
	for _, e := range r.events {
		switch {
		case e.Kind == history.Load && e.Whole:
			list = e
			clear(told)
		case e.Kind == history.Push, e.Kind == history.Since:
			for _, item := range e.Items {
				told[item.ID] = max(told[item.ID], item.Rev)
			}
		}
	}
	from, to := parseCursor(list.Cursor), parseCursor(final.Cursor)
	if list.N == 0 || from.epoch != to.epoch || !r.live {
		return
	}
	for _, row := range c.rows {
		if row.Post != final.Post || row.Rev <= from.rev || row.Rev > to.rev || row.State == statePending {
			continue
		}
		if told[row.ID] != row.Rev && !held(list, row) {
			c.violate(Gap, fmt.Sprintf("%s stands at %s and was not told rev %d of %s", r.name, final.Cursor, row.Rev, row.ID), row, list, final)
		}
	}
}

// held tells whether a list of several pages, read after its cursor was, holds what came meanwhile.
func held(list, row history.Record) bool {
	for _, item := range list.Items {
		if item.ID == row.ID && item.Rev == row.Rev {
			return true
		}
	}
	return false
}
