package realtime

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCursorAtTheHeadGetsNothing(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.write("p", 5)
		a := dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		b := dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		if got := append(a.messages(), b.messages()...); len(got) > 0 {
			t.Errorf("got %q, want nothing", got)
		}
	})
}

func TestJoinFromMemoryAsksNobody(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.write("p", 500)
		dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 499}) // fills the memory
		synctest.Wait()
		before, _ := src.counts()
		for _, rev := range []int64{498, 400, 301, 300} {
			c := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", rev})
			synctest.Wait()
			if diff := cmp.Diff(src.shows("p", 500, c.sub), c.shown()); diff != "" {
				t.Errorf("from %d (-want +got):\n%s", rev, diff)
			}
			if len(c.reloaded()) > 0 {
				t.Errorf("from %d: reloaded", rev)
			}
		}
		if after, _ := src.counts(); after != before {
			t.Errorf("%d reads for cursors within the memory, want none", after-before)
		}
		if s := h.Stats(); s.MemoryReplays != 4 || s.SourceReplays != 1 {
			t.Errorf("stats %+v, want 4 replays from memory and 1 from the source", s)
		}
	})
}

func TestReplayBeyondTheMemoryComesFromTheSource(t *testing.T) {
	withHub(t, HubOptions{Memory: 10}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.write("p", 500)
		dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		near := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 200})
		synctest.Wait()
		if got := near.messages(); len(got) != 300 || len(near.reloaded()) > 0 {
			t.Errorf("%d messages, %d reloads, want 300 and none", len(got), len(near.reloaded()))
		}
		far := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 199})
		synctest.Wait()
		if got := far.messages(); len(got) != 1 || len(far.reloaded()) != 1 {
			t.Errorf("got %q, want one reload", got)
		}
		before, _ := src.counts()
		farther := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 3})
		synctest.Wait()
		if after, _ := src.counts(); after != before || len(farther.reloaded()) != 1 {
			t.Errorf("%d reads for a cursor known to be too far, want none; %d reloads", after-before, len(farther.reloaded()))
		}
		src.write("p", 1)
		h.Wake("p")
		synctest.Wait()
		for _, c := range []*fakeConn{near, far, farther} {
			if got := c.messages(); got[len(got)-1] != "html|set|501|i501|text" {
				t.Errorf("the last message is %q, want the newest change", got[len(got)-1])
			}
		}
	})
}

func TestForeignAndAheadCursorsReload(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		for _, at := range []Head{{"e0", 3}, {"e1", 6}, {"e1", 1 << 62}, {}, {"e1", -1}} {
			topic := fmt.Sprint(at)
			src.write(topic, 5)
			for _, which := range []string{"first", "second"} {
				c := dial(t, h, src, Subscriber{Topic: topic}, at)
				synctest.Wait()
				if len(c.reloaded()) != 1 || len(c.messages()) != 1 {
					t.Errorf("the %s at %v got %q, want one reload", which, at, c.messages())
				}
			}
		}
	})
}

func TestAPageNewerThanTheHubIsNotAhead(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
		old := dial(t, h, src, Subscriber{Topic: "p"}, src.write("p", 5))
		synctest.Wait()
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.write("p", 2)) // no wake came yet
		synctest.Wait()
		if got := c.messages(); len(got) > 0 {
			t.Errorf("got %q, want nothing", got)
		}
		if got := old.messages(); len(got) != 2 {
			t.Errorf("the read for one did not serve the other: %q", got)
		}
	})
}

func TestReturnWaveCostsAFewReads(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		src.write("p", 2000)
		rng := rand.New(rand.NewPCG(1, 2))
		var conns []*fakeConn
		for range 1000 {
			conns = append(conns, dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", rng.Int64N(2001)}))
		}
		synctest.Wait()
		if reads, _ := src.counts(); reads > 20 {
			t.Errorf("%d reads for a wave of 1,000, want a handful", reads)
		}
		want := src.shows("p", 2000, Subscriber{})
		for _, c := range conns {
			if !maps.Equal(want, c.shown()) {
				t.Fatal("a page does not show what the source has")
			}
		}
	})
}

func TestAReplaysReadThatIsTooFarStillBringsTheLiveOnesTheirs(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour, Memory: 10}, func(t *testing.T, h *Hub, src *fakeSource) {
		live := dial(t, h, src, Subscriber{Topic: "p"}, src.write("p", 1000))
		synctest.Wait()
		src.write("p", 1) // its wake is lost
		far := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 1})
		synctest.Wait()
		if got := live.messages(); len(got) != 1 {
			t.Errorf("got %q, want the change that the read for another saw", got)
		}
		if len(far.reloaded()) != 1 {
			t.Errorf("the one who was away got %d messages, want a reload", len(far.messages()))
		}
	})
}

func TestHopelessCursorsDoNotSpoilTheOthersReplay(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour, Memory: 10}, func(t *testing.T, h *Hub, src *fakeSource) {
		dial(t, h, src, Subscriber{Topic: "p"}, src.write("p", 2000))
		synctest.Wait()
		gate := make(chan struct{})
		src.gate = gate
		h.Wake("p")
		synctest.Wait() // a read is under way: those who come now are decided about together
		var near, far []*fakeConn
		for i := range int64(5) {
			far = append(far, dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", i}))
			near = append(near, dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 1900 + i}))
		}
		close(gate)
		synctest.Wait()
		for _, c := range near {
			if len(c.reloaded()) > 0 {
				t.Error("a reader 100 behind was reloaded")
			}
		}
		for _, c := range far {
			if len(c.reloaded()) != 1 {
				t.Errorf("a reader 2,000 behind got %d messages, want a reload", len(c.messages()))
			}
		}
	})
}

func TestTheMemoryDoesNotGrow(t *testing.T) {
	withHub(t, HubOptions{Memory: 10}, func(t *testing.T, h *Hub, src *fakeSource) {
		dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		for range 50 {
			src.write("p", 1)
			h.Wake("p")
			synctest.Wait()
		}
		topic := h.topics["p"]
		if n := len(topic.memory.items); n != 10 || topic.memory.floor != 40 {
			t.Errorf("%d items after %d are kept, want 10 after 40", n, topic.memory.floor)
		}
	})
}

func TestOneWhoLeftIsNotLetIn(t *testing.T) {
	h := NewHub(newFakeSource(t), HubOptions{})
	topic := newTopic(h, "p")
	r := &reader{}
	topic.remove(r) // the connection ended between Hub.enter and topic.join
	if waits, ok := topic.join(r, Head{"e1", 1}); waits || !ok || len(topic.waiting)+len(topic.live) > 0 {
		t.Errorf("waits %v, ok %v, %d wait, %d live", waits, ok, len(topic.waiting), len(topic.live))
	}
}

func TestOneWhoLeftWhileWaitingIsForgotten(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		src.setErr(errDown)
		leaves := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		leaves.close(1000, "")
		src.setErr(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if topic := h.topics["p"]; len(topic.live) != 1 || len(topic.waiting) != 0 {
			t.Errorf("%d live, %d wait, want 1 and none", len(topic.live), len(topic.waiting))
		}
	})
}
