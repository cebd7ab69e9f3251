package realtime

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// places are where the pages of a wave stand in a topic at rev 1,000: most of them at its head.
func places(rng *rand.Rand) Head {
	switch rng.IntN(10) {
	case 0, 1:
		return Head{"e1", 999}
	case 2:
		return Head{"e1", 1000 - 150}
	case 3:
		return Head{"e1", 1000 - 500}
	case 4:
		return Head{"e1", 1000 - rng.Int64N(1000)}
	case 5:
		return Head{[]string{"e0", "0"}[rng.IntN(2)], rng.Int64N(2000)}
	}
	return Head{"e1", 1000}
}

func TestAWaveCostsAFewReadsHoweverItComes(t *testing.T) {
	for _, topics := range []int{1, 100} {
		for _, together := range []int{1, 100} {
			t.Run(fmt.Sprintf("%d topics, %d at once", topics, together), func(t *testing.T) {
				withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
					src.limit = 200
					rng := rand.New(rand.NewPCG(1, 2))
					var conns []*fakeConn
					for i := range topics {
						src.write(fmt.Sprint(i), 1000)
					}
					for i := range 3000 {
						conns = append(conns, dial(t, h, src, Subscriber{Topic: fmt.Sprint(rng.IntN(topics))}, places(rng)))
						if i%together == 0 {
							synctest.Wait()
						}
					}
					synctest.Wait()
					// Where it stands; the memory's; how far a replay reaches; all of that; and that each of two epochs is past.
					if reads, _ := src.counts(); reads > 6*topics {
						t.Errorf("%d reads for 3,000 pages of %d topics", reads, topics)
					}
					for _, c := range conns {
						if !maps.Equal(src.shows(c.sub.Topic, 1000, c.sub), c.shown()) {
							t.Fatal("a page does not show what the source has")
						}
					}
				})
			})
		}
	}
}

func TestPagesThatMissedNothingCostOneReadATopic(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
		for i := range 500 {
			src.write(fmt.Sprint(i), 10)
		}
		for i := range 10_000 {
			dial(t, h, src, Subscriber{Topic: fmt.Sprint(i % 500)}, Head{"e1", 10})
			if i%50 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		if reads, _ := src.counts(); reads != 500 {
			t.Errorf("%d reads for 500 topics", reads)
		}
	})
}

func TestPagesOfAFormerLifeCostOneReadATopic(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.write("p", 10)
		dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		before, _ := src.counts()
		for i := range 1000 {
			c := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e0", int64(i)})
			synctest.Wait()
			if len(c.reloaded()) != 1 {
				t.Fatalf("page %d got %q, want a reload", i, c.messages())
			}
		}
		if after, _ := src.counts(); after-before != 1 {
			t.Errorf("%d reads", after-before)
		}
		// Should the database be put back into that life, the hub may not take its pages for foreign.
		src.restore("p", 5, "e0")
		h.Wake("p")
		synctest.Wait()
		c := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e0", 3})
		synctest.Wait()
		if len(c.reloaded()) != 0 || len(c.messages()) != 2 {
			t.Errorf("got %q, want what it missed", c.messages())
		}
	})
}

func TestAWaveThatFindsTheDatabaseAwayIsNotToldToReload(t *testing.T) {
	withHub(t, HubOptions{Memory: 10}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.write("p", 100)
		dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		src.setErr(errDown)
		var conns []*fakeConn
		for i := range 1000 {
			conns = append(conns, dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", int64(i % 50)}))
		}
		time.Sleep(time.Minute)
		src.setErr(nil)
		before, _ := src.counts()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for _, c := range conns {
			if len(c.reloaded()) != 0 || !maps.Equal(src.shows("p", 100, c.sub), c.shown()) {
				t.Fatalf("got %d messages, %d reloads", len(c.messages()), len(c.reloaded()))
			}
		}
		if after, _ := src.counts(); after-before != 1 {
			t.Errorf("%d reads when the database was back", after-before)
		}
	})
}

func TestWakesThatComeDuringAReadBecomeOne(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
		var conns []*fakeConn
		for range 1000 {
			conns = append(conns, dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 0}))
		}
		synctest.Wait()
		for range 5 {
			before, _ := src.counts()
			gate := make(chan struct{})
			src.mu.Lock()
			src.gate = gate
			src.mu.Unlock()
			for range 500 { // the first is being read while the others come
				src.write("p", 1)
				h.Wake("p")
				synctest.Wait()
			}
			src.mu.Lock()
			src.gate = nil
			src.mu.Unlock()
			close(gate)
			synctest.Wait()
			if after, _ := src.counts(); after-before != 2 {
				t.Errorf("%d reads for 500 wakes", after-before)
			}
			want := src.shows("p", src.head("p").Rev, Subscriber{})
			for _, c := range conns {
				if !maps.Equal(want, c.shown()) {
					t.Fatal("a page does not show what the source has")
				}
			}
		}
	})
}

func TestMemoriesShareWhatTheyMayTake(t *testing.T) {
	const limit = 100_000
	withHub(t, HubOptions{MemoryBytes: limit}, func(t *testing.T, h *Hub, src *fakeSource) {
		for i := range 50 {
			topic := fmt.Sprint(i)
			src.change(topic, "big", strings.Repeat("x", 1000), "", false)
			head := src.write(topic, 100)
			dial(t, h, src, Subscriber{Topic: topic}, head)
			late := dial(t, h, src, Subscriber{Topic: topic}, Head{"e1", 0})
			synctest.Wait()
			if !maps.Equal(src.shows(topic, 101, late.sub), late.shown()) {
				t.Fatal("a page does not show what the source has")
			}
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		var kept int64
		for _, topic := range h.topics {
			kept += topic.memory.size()
		}
		if kept > limit || kept < limit/2 || kept != h.kept.Load() {
			t.Errorf("%d bytes are kept and %d counted, of at most %d", kept, h.kept.Load(), limit)
		}
		late := dial(t, h, src, Subscriber{Topic: "7"}, Head{"e1", 0})
		synctest.Wait()
		if !maps.Equal(src.shows("7", 101, late.sub), late.shown()) || len(late.reloaded()) > 0 {
			t.Error("who is behind the memory gets no replay")
		}
		for _, r := range h.all() {
			r.conn.close(1000, "")
		}
		synctest.Wait()
		if n := h.kept.Load(); n != 0 {
			t.Errorf("%d bytes are counted after all left", n)
		}
	})
}

// all is the readers that there are.
func (h *Hub) all() []*reader {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.readers))
}
