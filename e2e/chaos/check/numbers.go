package check

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"vang/e2e/chaos/history"
)

// maxDepth is how many levels a thread has: a reply to the deepest stands beside it.
const maxDepth = 12

// checkNumbers looks at what the database holds about itself.
func (c *checker) checkNumbers() {
	for _, post := range slices.Sorted(maps.Keys(c.heads)) {
		var rows []history.Record
		for _, row := range c.rows {
			if row.Post == post {
				rows = append(rows, row)
			}
		}
		slices.SortFunc(rows, func(a, b history.Record) int { return int(a.Seq - b.Seq) })
		head := c.heads[post]
		c.checkSeqs(head, rows)
		c.checkRevs(head, rows)
		c.checkThread(head, rows)
		c.checkBurnt(head)
	}
	for _, row := range c.rows {
		if _, known := c.heads[row.Post]; !known {
			c.violate(Numbers, fmt.Sprintf("%s belongs to no post", row.ID), row)
		}
	}
	c.checkAnswers()
}

// checkSeqs demands one row for each number: rows are never removed, and a rollback gives its number back.
func (c *checker) checkSeqs(head history.Record, rows []history.Record) {
	for i, row := range rows {
		if row.Seq != int64(i)+1 {
			c.violate(Numbers, fmt.Sprintf("%s: the comment after seq %d has %d", row.Post, i, row.Seq), row)
			return
		}
	}
	if head.Seq != int64(len(rows)) {
		c.violate(Numbers, fmt.Sprintf("%s: %d comments, and the last seq is said to be %d", head.Post, len(rows), head.Seq), head)
	}
}

func (c *checker) checkRevs(head history.Record, rows []history.Record) {
	seen := map[int64]history.Record{}
	for _, row := range rows {
		if twin, twice := seen[row.Rev]; twice {
			c.violate(Numbers, fmt.Sprintf("%s: two comments have rev %d", row.Post, row.Rev), twin, row)
		}
		seen[row.Rev] = row
		if row.Rev < 1 || row.Rev > head.Rev {
			c.violate(Numbers, fmt.Sprintf("%s: rev %d lies outside 1 to %d", row.Post, row.Rev, head.Rev), row, head)
		}
	}
}

// checkThread counts again what the database keeps counted, and decides again what is shown.
func (c *checker) checkThread(head history.Record, rows []history.Record) {
	byKey, replies := map[string]history.Record{}, map[string]int64{}
	var published int64
	above := map[string]bool{} // keys with something published below
	for _, row := range rows {
		byKey[row.Key] = row
		if row.State != statePublished {
			continue
		}
		published++
		replies[row.Parent]++
		for key, inside := cutLast(row.Key); inside; key, inside = cutLast(key) {
			above[key] = true
		}
	}
	if head.Count != published {
		c.violate(Numbers, fmt.Sprintf("%s: %d comments are published, %d are counted", head.Post, published, head.Count), head)
	}
	for _, row := range rows {
		if row.Replies != replies[row.ID] {
			c.violate(Numbers, fmt.Sprintf("%s has %d replies, %d are counted", row.ID, replies[row.ID], row.Replies), row)
		}
		if shown := row.State == statePublished || above[row.Key]; row.Shown != shown {
			c.violate(Numbers, fmt.Sprintf("%s is %s and shown is %v", row.ID, row.State, row.Shown), row)
		}
		c.checkKey(row)
	}
}

// checkKey compares a place in the thread with the parent's.
func (c *checker) checkKey(row history.Record) {
	above := ""
	if row.Parent != "" {
		above = c.rows[row.Parent].Key
		if strings.Count(above, ".") >= maxDepth-1 {
			above, _ = cutLast(above)
		}
		above += "."
	}
	if want := above + strconv.FormatInt(row.Seq, 10); row.Key != want {
		c.violate(Numbers, fmt.Sprintf("%s stands at %s instead of %s", row.ID, row.Key, want), row)
	}
}

// cutLast is the key of the level above.
func cutLast(key string) (string, bool) {
	at := strings.LastIndexByte(key, '.')
	if at < 0 {
		return "", false
	}
	return key[:at], true
}

// checkBurnt compares the head with the most that all changes together can have counted: one each, and for a change of
// what is shown one for each level above.
func (c *checker) checkBurnt(head history.Record) {
	var most int64
	for _, of := range c.comments {
		if of.made.Post == head.Post {
			most += 1 + int64(len(of.edits)) + int64(maxDepth*len(of.moves))
		}
	}
	if head.Rev > most {
		c.violate(Burnt, fmt.Sprintf("%s stands at rev %d, and there were at most %d changes", head.Post, head.Rev, most), head)
	}
}

// checkAnswers demands that no two changes were told the same number, between two restores.
func (c *checker) checkAnswers() {
	type number struct {
		post string
		era  int
		rev  int64
	}
	seen := map[number]history.Record{}
	for _, r := range c.records {
		if r.Outcome != history.OK || r.Rev == 0 || r.Kind != history.Post && r.Kind != history.Edit {
			continue
		}
		era, same := c.era(r.Begin, r.End)
		if !same || r.Replayed {
			continue // a first answer again tells how the comment stands now
		}
		n := number{r.Post, era, r.Rev}
		if twin, twice := seen[n]; twice {
			c.violate(SameRev, fmt.Sprintf("%s and %s were both told rev %d of %s", twin.Mark, r.Mark, r.Rev, r.Post), twin, r)
		}
		seen[n] = r
	}
}
