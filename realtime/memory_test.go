package realtime

import (
	"slices"
	"strconv"
	"testing"
)

// FuzzMemory compares memory with a plain list of all changes: whatever is read in whatever portions, a replay from any
// covered cursor must give the newest change of each item after it, in order.
func FuzzMemory(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 0x80, 1, 1, 0x90, 5, 0xff})
	f.Add([]byte{7, 7, 7, 0x81, 7, 7, 0xc0, 7, 0x81})
	f.Fuzz(func(t *testing.T, script []byte) {
		script = script[:min(len(script), 200)] // the plain list is slow
		var all []string                        // all[i] is the item that rev i+1 changed
		var m memory
		read := int64(0) // the head the memory stands at
		for _, b := range script {
			switch {
			case b < 0x80:
				all = append(all, "i"+strconv.Itoa(int(b%16)))
				continue
			case b < 0xc0: // read what is new
				m.merge(read, newest(all, read))
			case b < 0xe0: // read from farther back
				from := max(0, min(read, m.floor)-int64(b&0x1f))
				m.merge(from, newest(all, from))
			case b < 0xf0:
				m.reset(int64(len(all)), int64(len(all)), nil)
			default:
				m.merge(read, newest(all, read))
				m.trim(int(b & 0x0f))
			}
			read = int64(len(all))
			compare(t, &m, all)
		}
	})
}

func newest(all []string, after int64) []Change {
	last := map[string]int64{}
	for i, item := range all {
		last[item] = int64(i) + 1
	}
	var changes []Change
	for i, item := range all {
		if rev := int64(i) + 1; rev > after && last[item] == rev {
			changes = append(changes, Change{Rev: rev, Item: item})
		}
	}
	return changes
}

func compare(t *testing.T, m *memory, all []string) {
	t.Helper()
	same := func(a, b Change) bool { return a.Rev == b.Rev && a.Item == b.Item }
	for rev := m.floor; rev <= int64(len(all)); rev++ {
		want, got := newest(all, rev), m.after(rev)
		if !slices.EqualFunc(want, got, same) {
			t.Fatalf("after %d (floor %d of %q) the memory has %v, want %v", rev, m.floor, all, got, want)
		}
	}
}

func TestMemoryKeepsTheNewest(t *testing.T) {
	var all []string
	for i := range 500 {
		all = append(all, "i"+strconv.Itoa(i%300))
	}
	var m memory
	m.merge(0, newest(all, 0))
	m.trim(200)
	if len(m.items) != 200 || m.floor != 300 {
		t.Errorf("%d items after %d, want 200 after 300", len(m.items), m.floor)
	}
}
