package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vang/e2e/chaos/history"
)

func thing(id, key string, rev int64) history.Item { return history.Item{ID: id, Key: key, Rev: rev} }

func shown(l list) string {
	var parts []string
	for _, i := range l.items {
		parts = append(parts, fmt.Sprintf("%s@%s#%d", i.ID, i.Key, i.Rev))
	}
	return strings.Join(parts, " ")
}

// The list does what static/src/vang.js does; web/script_test.go and the browser tests hold the script to the same.
func TestTheListPlacesByKeyAndKeepsTheNewest(t *testing.T) {
	l := list{window: window{order: "oldest", until: "9"}, cursor: "e.1"}
	steps := []struct {
		box  box
		want string
	}{
		{box{items: []history.Item{thing("b", "2", 2)}, cursor: "e.2"}, "b@2#2"},
		{box{items: []history.Item{thing("a", "1", 3)}, cursor: "e.3"}, "a@1#3 b@2#2"},
		{box{items: []history.Item{thing("c", "1.3", 4)}, cursor: "e.4"}, "a@1#3 c@1.3#4 b@2#2"},
		{box{items: []history.Item{thing("a", "1", 2)}, cursor: "e.2"}, "a@1#3 c@1.3#4 b@2#2"},                                 // older
		{box{items: []history.Item{thing("d", "10", 5)}, cursor: "e.5"}, "a@1#3 c@1.3#4 b@2#2"},                                // outside
		{box{items: []history.Item{{ID: "b", Key: "2", Rev: 6, Gone: true}}, cursor: "e.6"}, "a@1#3 c@1.3#4"},                  // gone
		{box{items: []history.Item{thing("c", "4", 7)}, cursor: "e.7"}, "a@1#3 c@4#7"},                                         // another key
		{box{whole: true, window: window{order: "newest"}, items: []history.Item{thing("a", "1", 1)}, cursor: "f.1"}, "a@1#1"}, // another epoch
	}
	for i, s := range steps {
		if l.swap(s.box); shown(l) != s.want {
			t.Fatalf("step %d: %s, want %s", i, shown(l), s.want)
		}
	}
	if l.cursor != "f.1" || l.order != "newest" {
		t.Errorf("after the whole list: %s, %s", l.cursor, l.order)
	}
}

func TestPushesWaitForAListOnItsWay(t *testing.T) {
	l := list{window: window{order: "oldest"}, cursor: "e.1"}
	if load := l.swap(box{reload: true, after: 300 * time.Millisecond, need: "e.5"}); load != 300*time.Millisecond {
		t.Errorf("the list is loaded after %v", load)
	}
	if load := l.swap(box{reload: true, after: time.Millisecond, need: "e.6"}); load >= 0 {
		t.Error("the list is loaded twice")
	}
	l.swap(box{items: []history.Item{thing("b", "2", 7)}, cursor: "e.7"})
	if shown(l) != "" {
		t.Errorf("a push was taken before the list: %s", shown(l))
	}
	if load := l.swap(box{whole: true, window: l.window, items: []history.Item{thing("a", "1", 5)}, cursor: "e.5"}); load != behindAgain {
		t.Errorf("a list that is behind is asked for again after %v", load)
	}
	if load := l.swap(box{whole: true, window: l.window, items: []history.Item{thing("a", "1", 6)}, cursor: "e.6"}); load >= 0 {
		t.Error("a list that is far enough is asked for again")
	}
	if want := "a@1#6 b@2#7"; shown(l) != want || l.cursor != "e.7" {
		t.Errorf("%s at %s, want %s at e.7", shown(l), l.cursor, want)
	}
}

// Whatever comes in whatever order, the list ends as one that was sorted, with the newest of each.
func TestTheListIsAlwaysSorted(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, order := range []string{"oldest", "newest"} {
		l := list{window: window{order: order}}
		newest := map[string]int64{}
		for rev := int64(1); rev < 400; rev++ {
			n := rng.IntN(60) + 1
			key := fmt.Sprint(n)
			if n%3 == 0 {
				key = fmt.Sprintf("%d.%d", n/3, n)
			}
			old := rng.Int64N(rev) + 1
			l.swap(box{items: []history.Item{thing(key, key, old)}})
			newest[key] = max(newest[key], old)
		}
		got := slices.Clone(l.items)
		slices.SortFunc(got, func(a, b history.Item) int { return compareKeys(order, a.Key, b.Key) })
		if d := cmp.Diff(got, l.items); d != "" {
			t.Errorf("%s: not sorted:\n%s", order, d)
		}
		for _, i := range l.items {
			if newest[i.ID] != i.Rev {
				t.Errorf("%s: %s is at %d, not at %d", order, i.ID, i.Rev, newest[i.ID])
			}
		}
	}
}

func TestPagesAndPushesAreRead(t *testing.T) {
	p, err := parsePage(`<body><ol id="comment-list" data-list="/l" data-order="oldest" data-from="" data-until="4"><li id="c-x" data-k="1"
		data-rev="3"><article>Hello <strong>vm0001p1n2e0</strong></article></li></ol><div id="live" data-hx-ws:connect="/live?post=a"><input
		id="cursor" value="e.3"></div></body>`)
	want := page{
		box:  box{items: []history.Item{{ID: "x", Key: "1", Rev: 3, Mark: "vm0001p1n2e0"}}, cursor: "e.3", window: window{"oldest", "", "4"}},
		list: "/l", live: "/live?post=a",
	}
	if d := cmp.Diff(want, p, cmp.AllowUnexported(page{}, box{}, window{})); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	boxes, err := parseBoxes(`<ol data-cursor="e.4"><li id="c-y" data-k="2" data-rev="4" data-gone hidden></li></ol><ol data-reload="250" data-need="f.1"></ol>`)
	pushed := []box{
		{items: []history.Item{{ID: "y", Key: "2", Rev: 4, Gone: true}}, cursor: "e.4"},
		{reload: true, after: 250 * time.Millisecond, need: "f.1"},
	}
	if d := cmp.Diff(pushed, boxes, cmp.AllowUnexported(box{}, window{})); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	if _, err := parsePage("<p>Gateway error"); err == nil {
		t.Error("a page without a list was taken")
	}
}
