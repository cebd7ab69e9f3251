// Package check judges the history of a chaos run: was anything lost, doubled, late, out of order or seen by whom it was not
// meant for?
//
// It reads records alone and never asks the blog, so that a history can be judged again. What it promises is in rules.go;
// what it excuses, in bounds.go.
package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"vang/e2e/chaos/history"
)

// Violation is a promise that was broken, and the records that prove it.
type Violation struct {
	Rule    Rule
	Text    string
	Records []int64
}

func (v Violation) String() string {
	numbers := make([]string, len(v.Records))
	for i, n := range v.Records {
		numbers[i] = fmt.Sprint(n)
	}
	return fmt.Sprintf("%s: %s (records %s)", v.Rule, v.Text, strings.Join(numbers, ", "))
}

// Report is what a history came to.
type Report struct {
	Violations []Violation
	Summary    Summary
}

// Check judges a history by bounds.
func Check(records []history.Record, b Bounds) Report {
	c := newChecker(records, b)
	if !c.checkWhole() {
		return Report{Violations: c.found, Summary: c.summary()} // all else would only follow from that
	}
	c.checkRequests()
	c.checkRows()
	c.checkNumbers()
	for _, r := range c.readers {
		c.checkReader(r)
	}
	c.checkFollowed()
	slices.SortStableFunc(c.found, func(a, b Violation) int { return cmp.Compare(a.Rule, b.Rule) })
	return Report{Violations: c.found, Summary: c.summary()}
}

// text is one text that somebody sent: a comment's first, or an edit's.
type text struct {
	wish    history.Record
	comment *comment // nil: sent, and never heard of again
}

// comment is all that happened to one comment, in the order of the records.
type comment struct {
	id    string
	made  history.Record // Post or Hold
	edits []history.Record
	moves []history.Record // Delete, Hide, Show
}

// reader is what one reader saw, in order.
type reader struct {
	name    string
	events  []history.Record
	reloads []history.Record // pushes that said: load the list anew
	final   history.Record   // its last word; without number if there is none
	replica int              // whom it is connected to
	live    bool             // it follows changes, and does not only load pages
}

func (r *reader) add(e history.Record) {
	r.events = append(r.events, e)
	switch e.Kind {
	case history.Connect:
		r.replica, r.live = e.Replica, true
	case history.Since:
		r.live = true
	case history.Final:
		r.final = e
	case history.Push:
		if e.Reload {
			r.reloads = append(r.reloads, e)
		}
	}
}

type checker struct {
	bounds   Bounds
	records  []history.Record
	told     []history.Record    // acknowledged changes whose rev was told
	texts    map[string]*text    // by mark
	comments map[string]*comment // by id
	readers  []*reader
	byName   map[string]*reader
	faults   []fault
	stalls   []history.Record
	restores []history.Record
	rows     map[string]history.Record // by id
	heads    map[string]history.Record // by post
	samples  []sample
	cuts     int
	found    []Violation
}

func newChecker(records []history.Record, b Bounds) *checker {
	c := &checker{
		bounds: b, records: records, texts: map[string]*text{}, comments: map[string]*comment{}, byName: map[string]*reader{},
		rows: map[string]history.Record{}, heads: map[string]history.Record{},
	}
	for _, r := range records {
		c.index(r)
	}
	c.adopt()
	for _, r := range records {
		c.indexChange(r)
	}
	return c
}

// index sorts a record in.
func (c *checker) index(r history.Record) {
	if r.Outcome == history.OK && r.Rev > 0 && (r.Kind == history.Post || r.Kind == history.Edit) {
		c.told = append(c.told, r)
	}
	switch r.Kind {
	case history.Post, history.Hold:
		c.indexComment(r)
	case history.Connect, history.Disconnect, history.Push, history.Load, history.Since, history.Final:
		known := c.byName[r.Process]
		if known == nil {
			known = &reader{name: r.Process}
			c.byName[r.Process] = known
			c.readers = append(c.readers, known)
		}
		known.add(r)
	case history.Fault:
		c.faults = append(c.faults, newFault(r, c.bounds))
	case history.Restore:
		c.restores = append(c.restores, r)
		c.faults = append(c.faults, newFault(r, c.bounds))
	case history.Stall:
		c.stalls = append(c.stalls, r)
	case history.Row:
		if twin, twice := c.rows[r.ID]; twice {
			c.violate(Numbers, fmt.Sprintf("the id %s is given twice", r.ID), twin, r)
		}
		c.rows[r.ID] = r
	case history.Head:
		c.heads[r.Post] = r
	}
}

func (c *checker) indexComment(r history.Record) {
	t := &text{wish: r}
	c.texts[r.Mark] = t
	if r.ID == "" {
		return
	}
	t.comment = &comment{id: r.ID, made: r}
	if twin := c.comments[r.ID]; twin != nil {
		c.violate(Doubled, fmt.Sprintf("two different comments were told to be %s", r.ID), twin.made, r)
	}
	c.comments[r.ID] = t.comment
}

// adopt gives comments whose answer never came the id that the database holds them under.
func (c *checker) adopt() {
	for _, row := range c.rows {
		t := c.texts[row.Mark]
		if row.Mark == "" || t == nil || t.comment != nil || t.wish.Outcome == history.Fail {
			continue
		}
		t.comment = &comment{id: row.ID, made: t.wish}
		c.comments[row.ID] = t.comment
	}
}

func (c *checker) indexChange(r history.Record) {
	switch r.Kind {
	case history.Edit, history.Delete, history.Hide, history.Show:
	default:
		return
	}
	of := c.comments[r.ID]
	switch {
	case r.Kind == history.Edit:
		c.texts[r.Mark] = &text{wish: r, comment: of}
		if of != nil {
			of.edits = append(of.edits, r)
		}
	case of != nil:
		of.moves = append(of.moves, r)
	}
}

func (c *checker) violate(rule Rule, text string, proof ...history.Record) {
	v := Violation{Rule: rule, Text: text}
	for _, r := range proof {
		if r.N != 0 {
			v.Records = append(v.Records, r.N)
		}
	}
	c.found = append(c.found, v)
}

// checkWhole refuses to call a history good that says too little to be judged.
func (c *checker) checkWhole() (whole bool) {
	whole = true
	kinds := map[history.Kind]bool{}
	for _, r := range c.records {
		kinds[r.Kind] = true
	}
	for _, need := range []history.Kind{history.Start, history.Post, history.Row, history.Head, history.Final, history.Quiet, history.End} {
		if !kinds[need] {
			whole = false
			c.violate(Incomplete, fmt.Sprintf("there is no record of kind %q", need))
		}
	}
	return whole
}
