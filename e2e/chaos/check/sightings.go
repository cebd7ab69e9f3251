package check

import (
	"fmt"

	"vang/e2e/chaos/history"
)

// checkSighting asks of each text that a reader got whether it was still to be read.
func (c *checker) checkSighting(r *reader, e history.Record, item history.Item) {
	if item.Mark == "" {
		return
	}
	t := c.texts[item.Mark]
	switch {
	case t == nil:
		c.violate(Leaked, fmt.Sprintf("%s reads %q, which nobody sent", r.name, item.Mark), e)
		return
	case t.comment == nil || t.comment.id != item.ID:
		if t.wish.Outcome == history.Fail {
			c.violate(Leaked, fmt.Sprintf("%s reads %q, which was refused", r.name, item.Mark), t.wish, e)
		}
		return
	}
	if item.Gone {
		c.violate(Leaked, fmt.Sprintf("%s was told that %s is gone, and what it said: %s", r.name, item.ID, item.Mark), e)
	}
	c.checkHeld(r, e, t)
	c.checkRemoved(r, e, t)
	c.checkReplaced(r, e, t)
}

// checkHeld: what waits for a moderator is nobody's to read before one begins to show it.
func (c *checker) checkHeld(r *reader, e history.Record, t *text) {
	if t.comment.made.Kind != history.Hold {
		return
	}
	for _, m := range t.comment.moves {
		if m.Kind == history.Show && m.Outcome != history.Fail && m.Begin <= e.End {
			return
		}
	}
	c.violate(Leaked, fmt.Sprintf("%s reads %s, which is held", r.name, t.wish.Mark), t.comment.made, e)
}

// checkRemoved: what was hidden or deleted is not to be read once its removal was due, until it is shown again.
func (c *checker) checkRemoved(r *reader, e history.Record, t *text) {
	for i, m := range t.comment.moves {
		if m.Kind == history.Show || m.Outcome != history.OK || c.unsure(m) || c.shownSince(t.comment.moves[i+1:], e) {
			continue
		}
		if c.overdue(e, m) {
			c.violate(Leaked, fmt.Sprintf("%s reads %s %.1f s after %s", r.name, t.wish.Mark, seconds(e.Begin-m.End), m.Kind), m, e)
			return
		}
	}
}

// shownSince tells whether one of the later moves may have brought the comment back before it was seen.
func (c *checker) shownSince(later []history.Record, e history.Record) bool {
	for _, m := range later {
		if m.Kind == history.Show && m.Outcome != history.Fail && m.Begin <= e.End {
			return true
		}
	}
	return false
}

// checkReplaced: a text that an edit replaced is not to be read once the new one was due.
func (c *checker) checkReplaced(r *reader, e history.Record, t *text) {
	for _, edit := range t.comment.edits {
		later := edit.N > t.wish.N && edit.Mark != t.wish.Mark
		if later && edit.Outcome == history.OK && !c.unsure(edit) && c.overdue(e, edit) {
			c.violate(OldText, fmt.Sprintf("%s reads %s %.1f s after %s had replaced it", r.name, t.wish.Mark, seconds(e.Begin-edit.End), edit.Mark), edit, e)
			return
		}
	}
}

// overdue tells whether what a reader got in e should have been gone by change.
func (c *checker) overdue(e, change history.Record) bool {
	if e.Kind == history.Push {
		return e.Begin > c.due(change.End, e.Replica)
	}
	if e.Kind == history.Final {
		return false // it is compared with the database
	}
	woken := change.Kind != history.Hide && change.Kind != history.Show
	return e.Begin > change.End+c.age(e.Begin, e.Session || e.Form == json, woken)
}

func seconds(n int64) float64 { return micros(n).Seconds() }

// checkReads demands that pages show what was acknowledged, and never go back behind what the same reader saw.
func (c *checker) checkReads(r *reader) {
	var seen []history.Record
	for _, e := range r.events {
		if e.Kind != history.Load && e.Kind != history.Since {
			continue
		}
		if e.Cursor == nowhere {
			if len(c.during(e.Begin, e.End, func(f fault) bool { return f.unavailable })) == 0 {
				c.violate(Degraded, fmt.Sprintf("%s got a page without comments, and the database was there", r.name), e)
			}
			continue
		}
		if e.Form == html && !e.Session && len(c.during(e.Begin, e.Begin, func(f fault) bool { return f.blocks && f.unavailable })) > 0 {
			continue // as a replica last saw it, which nobody may have asked for long
		}
		c.checkBehind(r, e, seen)
		c.checkAnswered(r, e)
		if e.Whole {
			c.checkPresent(r, e)
		}
		seen = append(seen, e)
	}
}

func (c *checker) checkBehind(r *reader, e history.Record, seen []history.Record) {
	at := parseCursor(e.Cursor)
	limit := e.Begin - c.age(e.Begin, e.Session || e.Form == json, true)
	for _, before := range seen {
		if was := parseCursor(before.Cursor); before.End <= limit && was.epoch == at.epoch && was.rev > at.rev && before.Post == e.Post {
			c.violate(StaleRead, fmt.Sprintf("%s was at %s and then got a page at %s", r.name, before.Cursor, e.Cursor), before, e)
			return
		}
	}
}

// checkAnswered compares a page with the numbers that writers had been told before it was asked for.
func (c *checker) checkAnswered(r *reader, e history.Record) {
	at := parseCursor(e.Cursor)
	limit := e.Begin - c.age(e.Begin, e.Session || e.Form == json, true)
	for _, w := range c.told {
		if w.Rev <= at.rev || w.Post != e.Post || w.End > limit || c.unsure(w) {
			continue
		}
		if _, same := c.era(w.Begin, e.End); same {
			c.violate(StaleRead, fmt.Sprintf("%s got a page at %s %.1f s after rev %d was told", r.name, e.Cursor, seconds(e.Begin-w.End), w.Rev), w, e)
			return
		}
	}
}

// checkPresent demands that a page holds each comment that was acknowledged before it was asked for, stands in its window and
// was not taken away.
func (c *checker) checkPresent(r *reader, e history.Record) {
	limit := e.Begin - c.age(e.Begin, e.Session || e.Form == json, true)
	there := map[string]bool{}
	for _, item := range e.Items {
		there[item.ID] = true
	}
	for _, w := range c.records {
		if w.Kind != history.Post || w.Outcome != history.OK || w.Post != e.Post || w.End > limit || there[w.ID] || c.unsure(w) {
			continue
		}
		row, known := c.rows[w.ID]
		if !known || e.Form == html && !inside(row.Key, e) || removedBefore(c.comments[w.ID], e) {
			continue
		}
		c.violate(StaleRead, fmt.Sprintf("%s got a page at %s without %s %.1f s after it was taken", r.name, e.Cursor, w.Mark, seconds(e.Begin-w.End)), w, e)
		return
	}
}

// checkFollowed demands that whoever sends a form finds the comment on the page that it leads to.
func (c *checker) checkFollowed() {
	for _, f := range c.records {
		if f.Kind != history.Follow || f.Outcome != history.Fail || c.unsure(f) {
			continue
		}
		if of := c.comments[f.ID]; of != nil && removedBefore(of, f) || len(c.during(f.Begin, f.End, func(fl fault) bool { return fl.unavailable })) > 0 {
			continue
		}
		c.violate(OwnMissing, fmt.Sprintf("%s sent %s and did not find it at %s: %s", f.Process, f.Mark, f.ID, f.Text), f)
	}
}

func removedBefore(of *comment, f history.Record) bool {
	for _, m := range of.moves {
		if m.Begin <= f.End && m.Outcome != history.Fail && m.Kind != history.Show {
			return true
		}
	}
	return false
}
