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
	m.forget(len(m.items) - limit)
}

// shrink forgets the oldest items until the rest takes at most limit bytes.
func (m *memory) shrink(limit int64) {
	size, n := m.size(), 0
	for ; n < len(m.items) && size > limit; n++ {
		size -= m.items[n].size()
	}
	m.forget(n)
}

// forget drops the n oldest items.
func (m *memory) forget(n int) {
	if n <= 0 {
		return
	}
	m.floor = m.items[n-1].Rev
	if n < len(m.items)/2 {
		m.items = slices.Delete(m.items, 0, n)
	} else { // leave the room that they took as well
		m.items = slices.Clone(m.items[n:])
	}
}

func (m *memory) size() (n int64) {
	for i := range m.items {
		n += m.items[i].size()
	}
	return n
}

// changeOverhead is what a Change takes besides its bytes, more or less.
const changeOverhead = 200

func (c *Change) size() int64 {
	return int64(len(c.Public.HTML) + len(c.Public.JSON) + len(c.Own) + changeOverhead)
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
