package check

import (
	"fmt"
	"maps"
	"slices"

	"vang/e2e/chaos/history"
)

// checkRows compares what was sent and answered with what the database holds at the end.
func (c *checker) checkRows() {
	copies := map[*text][]history.Record{}
	for _, id := range slices.Sorted(maps.Keys(c.rows)) {
		row := c.rows[id]
		t := c.texts[row.Mark]
		switch of := c.comments[id]; {
		case of != nil:
			first := c.texts[of.made.Mark]
			copies[first] = append(copies[first], row)
		case row.Mark == "" || t == nil:
			c.violate(Foreign, fmt.Sprintf("%s holds %q, which nobody sent", id, row.Mark), row)
			continue
		}
		if t != nil && t.comment == nil && t.wish.Kind != history.Edit && t.wish.Outcome == history.Fail {
			c.violate(Refused, fmt.Sprintf("%s was refused and stands there as %s", row.Mark, id), t.wish, row)
		}
		if origin := c.origin(t); origin != nil && (c.comments[id] == nil || c.comments[id].id != origin.id) {
			copies[c.texts[origin.made.Mark]] = append(copies[c.texts[origin.made.Mark]], row)
		}
	}
	for t, rows := range copies {
		if len(rows) > 1 {
			c.violate(Doubled, fmt.Sprintf("%s stands there %d times", t.wish.Mark, len(rows)), append([]history.Record{t.wish}, rows...)...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.comments)) {
		c.checkComment(c.comments[id])
	}
	for _, t := range c.texts {
		if t.wish.Kind == history.Post && t.wish.Outcome == history.OK && t.wish.ID == "" {
			c.violate(Lost, fmt.Sprintf("%s was acknowledged, and not said as what: %s", t.wish.Mark, t.wish.Text), t.wish)
		}
	}
}

// origin is the comment that a text belongs to.
func (c *checker) origin(t *text) *comment {
	if t == nil {
		return nil
	}
	return t.comment
}

// checkComment compares one comment with its row.
func (c *checker) checkComment(of *comment) {
	row, there := c.rows[of.id]
	made := of.made
	if !there {
		if made.Outcome == history.OK && !c.unsure(made) {
			c.violate(Lost, fmt.Sprintf("%s was acknowledged as %s and is not there", made.Mark, of.id), made)
		}
		return
	}
	if made.Outcome == history.Fail {
		c.violate(Refused, fmt.Sprintf("%s was refused and stands there", of.id), made, row)
	}
	if row.Post != made.Post || row.Parent != made.Parent {
		c.violate(Misplaced, fmt.Sprintf("%s was sent to %s below %q and stands in %s below %q", of.id, made.Post, made.Parent, row.Post, row.Parent), made, row)
	}
	states, proof := c.states(of)
	if !slices.Contains(states, row.State) {
		rule := LostMove
		if slices.Equal(states, []string{stateDeleted}) {
			rule = Risen
		}
		c.violate(rule, fmt.Sprintf("%s is %s; it should be one of %q", of.id, row.State, states), append(proof, row)...)
	}
	if row.State == stateDeleted {
		if row.Mark != "" {
			c.violate(Risen, fmt.Sprintf("%s is deleted and still holds %s", of.id, row.Mark), append(proof, row)...)
		}
		return
	}
	marks, proof := c.marks(of)
	if !slices.Contains(marks, row.Mark) {
		c.violate(LostEdit, fmt.Sprintf("%s reads %q; it should read one of %q", of.id, row.Mark, marks), append(proof, row)...)
	}
}

// The states of rows.
const (
	statePublished = "published"
	statePending   = "pending"
	stateHidden    = "hidden"
	stateDeleted   = "deleted"
)

// marks are the texts that a comment may hold in the end: the last that was acknowledged, and what was sent since.
func (c *checker) marks(of *comment) (marks []string, proof []history.Record) {
	marks, proof = []string{of.made.Mark}, []history.Record{of.made}
	for _, e := range of.edits {
		switch {
		case e.Outcome == history.Fail:
			continue
		case e.Outcome == history.OK && !c.unsure(e):
			marks = marks[:0]
		}
		marks, proof = append(marks, e.Mark), append(proof, e)
	}
	return marks, proof
}

// states are those that a comment may have in the end. Its writer and a moderator may change it at once: that it is
// deleted outlasts whatever a moderator does.
func (c *checker) states(of *comment) (states []string, proof []history.Record) {
	states, proof = []string{statePublished}, []history.Record{of.made}
	if of.made.Kind == history.Hold {
		states[0] = statePending
	}
	deleted, surely := false, false
	for _, m := range of.moves {
		sure := m.Outcome == history.OK && !c.unsure(m)
		switch {
		case m.Outcome == history.Fail:
			continue
		case m.Kind == history.Delete:
			deleted, surely = true, surely || sure
		case sure:
			states = []string{movedTo(m.Kind)}
		default:
			states = append(states, movedTo(m.Kind))
		}
		proof = append(proof, m)
	}
	switch {
	case surely:
		return []string{stateDeleted}, proof
	case deleted:
		states = append(states, stateDeleted)
	}
	return states, proof
}

func movedTo(k history.Kind) string {
	if k == history.Hide {
		return stateHidden
	}
	return statePublished
}
