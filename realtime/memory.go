package realtime

import "slices"

// memory is the newest Change of each item that changed after floor, in the order of rev: what a reader needs who stands
// anywhere from floor on.
type memory struct {
	floor int64
	items []Change
}

// reset forgets everything before head and keeps what was read after from.
func (m *memory) reset(from, head int64, items []Change) {
	m.floor = min(from, head)
	m.items = slices.Clone(items)
}

// merge takes in all that changed after from, which must not leave a gap behind the newest item known.
func (m *memory) merge(from int64, items []Change) {
	m.floor = min(m.floor, from)
	if len(items) == 0 {
		return
	}
	newer := make(map[string]bool, len(items))
	for _, c := range items {
		newer[c.Item] = true
	}
	m.items = slices.DeleteFunc(m.items, func(c Change) bool { return c.Rev > from || newer[c.Item] })
	m.items = append(m.items, items...)
}

// after returns what a reader at rev needs. It is a view, good until the next change of m.
func (m *memory) after(rev int64) []Change {
	return changesAfter(m.items, rev)
}

// trim forgets the oldest items beyond limit.
func (m *memory) trim(limit int) {
	if over := len(m.items) - limit; over > 0 {
		m.floor = m.items[over-1].Rev
		m.items = slices.Delete(m.items, 0, over)
	}
}

// changesAfter cuts items, which are in the order of rev.
func changesAfter(items []Change, rev int64) []Change {
	i, _ := slices.BinarySearchFunc(items, rev, func(c Change, rev int64) int {
		if c.Rev <= rev {
			return -1
		}
		return 1
	})
	return items[i:]
}
