package check

import (
	"fmt"
	"slices"

	"vang/e2e/chaos/history"
)

// checkFinal compares what a reader shows at the end with the database: the comments, their versions, texts and order.
func (c *checker) checkFinal(r *reader) {
	final := r.final
	if final.N == 0 {
		return
	}
	head, known := c.heads[final.Post]
	if !known {
		c.violate(Differs, fmt.Sprintf("%s reads %s, which the database does not hold", r.name, final.Post), final)
		return
	}
	if final.Cursor != "" && final.Cursor != head.Cursor {
		c.violate(Differs, fmt.Sprintf("%s stands at %s, %s at %s", r.name, final.Cursor, final.Post, head.Cursor), final, head)
	}
	want := c.expected(final)
	shown := map[string]history.Item{}
	for _, item := range final.Items {
		shown[item.ID] = item
	}
	for _, row := range want {
		item, there := shown[row.ID]
		delete(shown, row.ID)
		switch {
		case !there:
			c.violate(Differs, fmt.Sprintf("%s does not show %s (%s, %s)", r.name, row.ID, row.State, row.Mark), row, final)
		case item.Rev != row.Rev || item.Mark != visible(row) || final.Form == html && item.Key != row.Key:
			c.violate(Differs, fmt.Sprintf("%s shows rev %d of %s at %s reading %q; the database holds rev %d at %s reading %q",
				r.name, item.Rev, row.ID, item.Key, item.Mark, row.Rev, row.Key, visible(row)), row, final)
		}
	}
	for id, item := range shown {
		c.violate(Differs, fmt.Sprintf("%s shows %s (%s), which is not to be seen", r.name, id, item.Mark), c.rows[id], final)
	}
}

// visible is the text that a stranger may read of a row.
func visible(row history.Record) string {
	if row.State == statePublished {
		return row.Mark
	}
	return ""
}

// expected is what a stranger who shows the window of final should see. Programs are not told which traces stay.
func (c *checker) expected(final history.Record) []history.Record {
	var want []history.Record
	for _, row := range c.rows {
		if row.Post != final.Post || !row.Shown || final.Form == json && row.State != statePublished {
			continue
		}
		if final.Form == html && !inside(row.Key, final) {
			continue
		}
		want = append(want, row)
	}
	slices.SortFunc(want, func(a, b history.Record) int { return compare(final.Order, a.Key, b.Key) })
	return want
}
