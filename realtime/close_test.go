package realtime

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestASlowReaderIsCutOffAlone(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.head("p")
		slow := dial(t, h, src, Subscriber{Topic: "p"}, head)
		fast := dial(t, h, src, Subscriber{Topic: "p"}, head)
		synctest.Wait()
		slow.limit(3)
		for range 5 {
			src.write("p", 1)
			h.Wake("p")
			synctest.Wait()
		}
		if code, _ := slow.closed(); code != codeTryLater {
			t.Errorf("the slow reader was closed with %d, want %d", code, codeTryLater)
		}
		if code, _ := fast.closed(); code != 0 || len(fast.messages()) != 5 {
			t.Errorf("the fast reader: code %d, %d messages, want 0 and 5", code, len(fast.messages()))
		}
		if n := h.Stats().SlowReaders; n != 1 {
			t.Errorf("%d slow readers counted, want 1", n)
		}
	})
}

func TestAReaderTooSlowForItsReplayIsCutOff(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		src.write("p", 5)
		dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 0})
		synctest.Wait()
		for range 2 { // the second finds the topic known, and gets its replay from memory
			c := newFakeConn(t, h, src, Subscriber{Topic: "p"})
			c.limit(2)
			h.start(c.r, Head{"e1", 0})
			synctest.Wait()
			if code, _ := c.closed(); code != codeTryLater {
				t.Errorf("closed with %d, want %d", code, codeTryLater)
			}
		}
	})
}

func TestHeartbeats(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		begin := time.Now()
		joined := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		time.Sleep(10 * time.Minute)
		last := begin
		joined.mu.Lock()
		defer joined.mu.Unlock()
		for _, at := range joined.beats {
			if pause := at.Sub(last); pause < 20*time.Second || pause > 25*time.Second {
				t.Errorf("%v between two heartbeats, want 20 to 25 s", pause)
			}
			last = at
		}
		if n := len(joined.beats); n < 24 {
			t.Errorf("%d heartbeats in 10 minutes", n)
		}
	})
}

func TestDisconnectReachesAnOwnersConnectionsOnly(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		ann := dial(t, h, src, Subscriber{Topic: "p", Owner: "ann"}, src.head("p"))
		early := newFakeConn(t, h, src, Subscriber{Topic: "p", Owner: "ann"}) // has not said where it stands
		ben := dial(t, h, src, Subscriber{Topic: "p", Owner: "ben"}, src.head("p"))
		nobody := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		h.Disconnect("")
		h.Disconnect("ann")
		synctest.Wait()
		for c, want := range map[*fakeConn]int{ann: codeRestart, early: codeRestart, ben: 0, nobody: 0} {
			if code, _ := c.closed(); code != want {
				t.Errorf("%q was closed with %d, want %d", c.sub.Owner, code, want)
			}
		}
		h.start(early.r, src.head("p")) // its first message was on the way
		if n := h.Stats().Sockets; n != 2 {
			t.Errorf("%d sockets, want 2", n)
		}
	})
}

func TestBroadcast(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		p := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		program := dial(t, h, src, Subscriber{Topic: "p", JSON: true}, src.head("p"))
		q := dial(t, h, src, Subscriber{Topic: "q"}, src.head("q"))
		slow := dial(t, h, src, Subscriber{Topic: "q"}, src.head("q"))
		slow.limit(0)
		synctest.Wait()
		h.Broadcast("p", Message{HTML: []byte("for p"), JSON: []byte("{}")})
		h.Broadcast("", Message{HTML: []byte("for all")})
		h.Broadcast("nobody reads this", Message{HTML: []byte("x")})
		synctest.Wait()
		for c, want := range map[*fakeConn][]string{p: {"for p", "for all"}, program: {"{}"}, q: {"for all"}} {
			if diff := cmp.Diff(want, c.messages()); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", c.sub, diff)
			}
		}
		if code, _ := slow.closed(); code != codeTryLater {
			t.Errorf("the slow one was closed with %d", code)
		}
	})
}

func TestDrainIsSpread(t *testing.T) {
	for _, perSecond := range []int{1000, 30, 3} {
		t.Run(fmt.Sprint(perSecond), func(t *testing.T) {
			withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
				n := perSecond * 3
				var conns []*fakeConn
				for i := range n {
					conns = append(conns, dial(t, h, src, Subscriber{Topic: fmt.Sprint(i % 7)}, Head{"e1", 0}))
				}
				begin := time.Now()
				if err := h.Drain(t.Context(), perSecond); err != nil {
					t.Fatal(err)
				}
				took := time.Since(begin)
				if took < 2*time.Second || took > 6*time.Second {
					t.Errorf("took %v for 3 s worth of connections", took)
				}
				var ends []time.Time
				for _, c := range conns {
					code, at := c.closed()
					if code != codeRestart {
						t.Fatalf("closed with %d, want %d", code, codeRestart)
					}
					ends = append(ends, at)
				}
				slices.SortFunc(ends, time.Time.Compare)
				for i := range ends[:n-perSecond] {
					if span := ends[i+perSecond].Sub(ends[i]); span < time.Second {
						t.Fatalf("%d connections ended within %v", perSecond+1, span)
					}
				}
				if _, err := h.open(&fakeConn{}, Subscriber{}); err == nil {
					t.Error("a drained hub lets new connections in")
				}
			})
		})
	}
}

func TestDrainThatMayTakeNoLongerClosesTheRest(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		var conns []*fakeConn
		for range 100 {
			conns = append(conns, dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 0}))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begin := time.Now()
		_ = h.Drain(ctx, 10) // whether the last ones end before it looks is chance
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("took %v, want 2 s", took)
		}
		synctest.Wait()
		for _, c := range conns {
			if code, _ := c.closed(); code != codeRestart {
				t.Fatalf("closed with %d, want %d", code, codeRestart)
			}
		}
	})
}

func TestTheEndOfRunClosesWhatIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource(t)
		h := NewHub(src, HubOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.Run(ctx) }()
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if code, _ := c.closed(); code != codeRestart {
			t.Errorf("closed with %d, want %d", code, codeRestart)
		}
	})
}
