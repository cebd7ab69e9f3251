package check

import (
	"fmt"
	"math"
	"slices"

	"vang/e2e/chaos/history"
)

// listAgain is how long a page waits before it asks again for a list that it did not get.
const listAgain = 5_000_000

// span is a time in which a reader was connected.
type span struct{ from, to int64 }

// connected are the spans in which news could reach the reader, by its own knowledge and by what is known of its network.
func (c *checker) connected(r *reader) []span {
	var spans []span
	for _, e := range r.events {
		switch {
		case e.Kind == history.Connect && e.Outcome == history.OK:
			spans = append(spans, span{e.End, math.MaxInt64})
		case e.Kind == history.Disconnect && len(spans) > 0:
			last := &spans[len(spans)-1]
			last.to = min(last.to, e.Begin)
		}
	}
	for i, s := range spans {
		if f := c.silence(s, r.replica); f != nil {
			if found := s.to - f.Begin; s.to != math.MaxInt64 && found > ticks(c.bounds.DeadLink+c.bounds.Slack)+c.stalled(f.Begin, s.to) {
				c.violate(DeadLink, fmt.Sprintf("%s took %.0f s to give a silent connection up", r.name, seconds(found)), f.Record)
			}
			spans[i].to = f.Begin
		}
	}
	return spans
}

// silence is the fault that made a connection deaf for good.
func (c *checker) silence(s span, replica int) *fault {
	for i, f := range c.faults {
		if f.Fault == history.NetworkSilence && f.concerns(replica) && f.Begin < s.to && f.End > s.from {
			return &c.faults[i]
		}
	}
	return nil
}

// sample is how long one change took to one reader, and what was wrong meanwhile.
type sample struct {
	took   int64
	faults []string
}

// checkTimes demands that each acknowledged change reached the reader in time, or in time after the reader came back.
func (c *checker) checkTimes(r *reader) {
	spans := c.connected(r)
	if len(spans) == 0 {
		return
	}
	news := newNews(r)
	for _, w := range c.records {
		if w.Outcome != history.OK || w.Post != r.events[0].Post {
			continue
		}
		switch w.Kind {
		case history.Post, history.Edit, history.Delete, history.Hide, history.Show:
			c.checkTime(r, spans, news, w)
		}
	}
}

func (c *checker) checkTime(r *reader, spans []span, news *news, w history.Record) {
	deadline, waited := c.deadline(r, spans, w.End)
	if deadline > r.end() || c.undone(w, deadline) || c.superseded(w, deadline) || c.idle(w) {
		return
	}
	came, found := news.of(w)
	if !found || came.End > deadline {
		what := "has not come"
		proof := []history.Record{w}
		if found {
			what, proof = fmt.Sprintf("came %.1f s after its answer", seconds(came.End-w.End)), append(proof, came)
		}
		proof = append(proof, c.during(w.End, deadline, func(f fault) bool { return f.concerns(r.replica) })...)
		c.violate(Late, fmt.Sprintf("%s of %s %s to %s, which was connected; due after %.1f s", w.Kind, w.ID, what, r.name, seconds(deadline-w.End)), proof...)
		return
	}
	if waited || came.Kind != history.Push {
		return
	}
	s := sample{took: max(0, came.End-w.End)}
	for _, f := range c.faults {
		if f.Begin <= came.End && f.End >= w.End && !slices.Contains(s.faults, f.Fault) {
			s.faults = append(s.faults, f.Fault)
		}
	}
	c.samples = append(c.samples, s)
}

// deadline is by when a change of the moment at must have come; waited tells whether the reader had to connect first.
func (c *checker) deadline(r *reader, spans []span, at int64) (deadline int64, waited bool) {
	for _, s := range spans {
		if s.to <= at {
			continue
		}
		if s.from > at {
			at, waited = s.from, true
		}
		due := c.reloaded(r, at, c.due(at, r.replica))
		if s.to >= due {
			return due, waited
		}
	}
	return math.MaxInt64, waited
}

// reloaded is due, or later where the reader was told to load the list anew meanwhile.
func (c *checker) reloaded(r *reader, at, due int64) int64 {
	for _, e := range r.reloads {
		if e.End < at-ticks(c.bounds.Reload) || e.End > due {
			continue
		}
		later := c.due(e.End, r.replica) + ticks(c.bounds.Reload)
		if len(c.during(e.End, later, func(f fault) bool { return f.unavailable })) > 0 {
			later += listAgain
		}
		due = max(due, later)
	}
	return due
}

// end is when the reader stopped listening.
func (r *reader) end() int64 {
	if r.final.N != 0 {
		return r.final.Begin
	}
	return r.events[len(r.events)-1].End
}

// undone tells whether the database may have been put back before a change was due.
func (c *checker) undone(w history.Record, deadline int64) bool {
	for _, back := range c.restores {
		if w.Begin < back.End && deadline > back.Made && c.unsure(w) {
			return true
		}
	}
	return false
}

// superseded tells whether another change of the same comment may have taken its place before it was due.
func (c *checker) superseded(w history.Record, deadline int64) bool {
	of := c.comments[w.ID]
	if of == nil || w.Kind == history.Post {
		return of == nil
	}
	for _, changes := range [][]history.Record{of.edits, of.moves} {
		for _, o := range changes {
			if o.N != w.N && o.Outcome != history.Fail && o.End > w.Begin && o.Begin < deadline {
				return true
			}
		}
	}
	return false
}

// idle tells whether w may have changed nothing, of which nobody is told: what is hidden was hidden again, or what is shown
// was shown.
func (c *checker) idle(w history.Record) bool {
	of := c.comments[w.ID]
	if of == nil || w.Kind != history.Hide && w.Kind != history.Show {
		return false
	}
	before := history.Record{Kind: history.Show, Outcome: history.OK}
	if of.made.Kind == history.Hold {
		before.Kind = history.Hide
	}
	for _, m := range of.moves {
		if m.N >= w.N {
			break
		}
		if m.Outcome != history.Fail {
			before = m
		}
	}
	return before.Kind == w.Kind || before.Outcome == history.Unknown || c.unsure(before)
}

// news is when a reader got what.
type news struct {
	byID  map[string][]history.Record // records that hold the comment alone
	lists []history.Record
}

func newNews(r *reader) *news {
	n := &news{byID: map[string][]history.Record{}}
	for _, e := range r.events {
		switch e.Kind {
		case history.Push, history.Since, history.Load:
			for _, item := range e.Items {
				one := e
				one.Items = []history.Item{item}
				n.byID[item.ID] = append(n.byID[item.ID], one)
			}
		default:
			continue
		}
		if e.Kind != history.Push {
			n.lists = append(n.lists, e)
		}
	}
	return n
}

// of is the record that first brought a change.
func (n *news) of(w history.Record) (first history.Record, found bool) {
	for _, e := range n.byID[w.ID] {
		if brings(e.Items[0], e, w) {
			first, found = e, true
			break
		}
	}
	for _, e := range n.lists {
		// A list need not hold it: it may stand on another page.
		told := e.Begin >= w.End || w.Rev > 0 && parseCursor(e.Cursor).rev >= w.Rev && e.End >= w.Begin
		if (told || clears(e, w)) && (!found || e.End < first.End) {
			return e, true
		}
	}
	return first, found
}

// clears tells whether a whole list that was on its way while a comment was taken away came without it: what is not shown
// any more need not be told again, whatever was asked for first.
func clears(e, w history.Record) bool {
	return (w.Kind == history.Hide || w.Kind == history.Delete) && e.Whole && e.End >= w.Begin &&
		!slices.ContainsFunc(e.Items, func(i history.Item) bool { return i.ID == w.ID && i.Mark != "" })
}

func brings(item history.Item, e, w history.Record) bool {
	switch w.Kind {
	case history.Post:
		return true
	case history.Edit:
		return item.Mark == w.Mark || w.Rev > 0 && item.Rev >= w.Rev
	case history.Delete, history.Hide:
		return item.Mark == "" && e.End >= w.Begin
	}
	return item.Mark != "" && e.End >= w.Begin
}
