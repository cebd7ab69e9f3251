package realtime

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// withHub runs check against a running hub in a bubble of its own time, and ends the hub before the bubble ends.
func withHub(t *testing.T, opt HubOptions, check func(t *testing.T, h *Hub, src *fakeSource)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		src := newFakeSource(t)
		h := NewHub(src, opt)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.Run(ctx) }()
		check(t, h, src)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if s := h.Stats(); s.Sockets != 0 || s.Topics != 0 {
			t.Errorf("after the end %d sockets and %d topics are left", s.Sockets, s.Topics)
		}
		if n := len(h.owners); n != 0 {
			t.Errorf("after the end %d owners are left", n)
		}
	})
}

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

func TestChangesArriveOnceInEachForm(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.head("p")
		reader := dial(t, h, src, Subscriber{Topic: "p"}, head)
		ann := dial(t, h, src, Subscriber{Topic: "p", Owner: "ann"}, head)
		program := dial(t, h, src, Subscriber{Topic: "p", JSON: true, Owner: "ann"}, head)
		elsewhere := dial(t, h, src, Subscriber{Topic: "q"}, src.head("q"))
		synctest.Wait()
		src.change("p", "a", "hello", "ann", false)
		h.Wake("p")
		synctest.Wait()
		src.change("p", "b", "held", "ann", true)
		h.Wake("p")
		h.Wake("p")
		synctest.Wait()
		for c, want := range map[*fakeConn][]string{
			reader:    {"html|set|1|a|hello", "html|take|2|b|held"},
			ann:       {"own ann|set|1|a|hello", "own ann|set|2|b|held"},
			program:   {"json|set|1|a|hello", "json|take|2|b|held"},
			elsewhere: {},
		} {
			if diff := cmp.Diff(want, c.messages()); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", c.sub, diff)
			}
		}
	})
}

func TestMessagesWithoutAFormAreNotSent(t *testing.T) {
	b := newBatch([]Change{
		{Rev: 1, Public: Message{HTML: []byte("h1")}, Owner: "ann"},
		{Rev: 2, Public: Message{JSON: []byte("j2")}, Owner: "ann", Own: []byte{}},
	})
	for _, test := range []struct {
		sub  Subscriber
		want []string
	}{
		{Subscriber{}, []string{"h1"}},
		{Subscriber{JSON: true}, []string{"j2"}},
		{Subscriber{Owner: "ann"}, []string{"h1"}},
	} {
		var got []string
		for _, m := range b.messages(test.sub) {
			got = append(got, string(m))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.sub, diff)
		}
	}
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

func TestAWakeDuringAReadCausesOneMore(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		before, _ := src.counts()
		gate := make(chan struct{})
		src.gate = gate
		src.write("p", 1)
		h.Wake("p")
		synctest.Wait() // the read has its snapshot and waits
		src.write("p", 1)
		for range 10 {
			h.Wake("p")
		}
		close(gate)
		synctest.Wait()
		if after, _ := src.counts(); after-before != 2 {
			t.Errorf("%d reads, want 2", after-before)
		}
		if got := c.messages(); len(got) != 2 {
			t.Errorf("got %q, want both changes", got)
		}
	})
}

func TestALostWakeIsMadeUpByThePoll(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		topics := []string{"p", "q", "r"}
		var conns []*fakeConn
		for _, name := range topics {
			conns = append(conns, dial(t, h, src, Subscriber{Topic: name}, src.head(name)))
			synctest.Wait()
		}
		_, before := src.counts()
		for _, name := range topics {
			src.write(name, 1)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for _, c := range conns {
			if got := c.messages(); len(got) != 1 {
				t.Errorf("%s got %q within a second, want its change", c.sub.Topic, got)
			}
		}
		if _, after := src.counts(); after-before != 1 {
			t.Errorf("%d reads of heads in a second, want one for all topics", after-before)
		}
		if got := slices.Sorted(slices.Values(src.polls[len(src.polls)-1])); !slices.Equal(got, topics) {
			t.Errorf("looked at %q, want %q", got, topics)
		}
	})
}

func TestNobodyReadingCostsNothing(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		c.close(1000, "")
		synctest.Wait()
		reads, polls := src.counts()
		h.Wake("p")
		h.Wake("q")
		h.WakeAll()
		time.Sleep(time.Minute)
		if r, p := src.counts(); r != reads || p != polls {
			t.Errorf("%d reads and %d polls for nobody", r-reads, p-polls)
		}
		if s := h.Stats(); s.Topics != 0 || s.Sockets != 0 {
			t.Errorf("stats %+v, want nothing open", s)
		}
	})
}

func TestSourceErrorsLoseNothing(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		live := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		src.setErr(errDown)
		src.write("p", 1)
		h.Wake("p")
		joins := dial(t, h, src, Subscriber{Topic: "q"}, Head{"e1", 0})
		src.write("q", 1)
		before, _ := src.counts()
		time.Sleep(time.Minute)
		synctest.Wait()
		if after, _ := src.counts(); after-before > 30 {
			t.Errorf("%d reads in a minute of a database that is down, want them to become rarer", after-before)
		}
		if h.Stats().ReadErrors == 0 {
			t.Error("no read error was counted")
		}
		src.setErr(nil)
		time.Sleep(9 * time.Second)
		synctest.Wait()
		for _, c := range []*fakeConn{live, joins} {
			if got := c.messages(); len(got) != 1 {
				t.Errorf("%s got %q once the database was back, want its change", c.sub.Topic, got)
			}
		}
		src.setErr(errDown) // a new failure is not held for the old ones
		src.write("p", 1)
		h.Wake("p")
		synctest.Wait()
		src.setErr(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := live.messages(); len(got) != 2 {
			t.Errorf("got %q two seconds after a short failure, want both changes", got)
		}
	})
}

func TestAReadThatHangsIsGivenUp(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		src.gate = make(chan struct{})
		c := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 0})
		src.write("p", 1)
		time.Sleep(10*time.Second + 100*time.Millisecond) // given up, not yet tried again
		src.mu.Lock()
		src.gate = nil
		src.mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := c.messages(); len(got) != 1 {
			t.Errorf("got %q, want the change", got)
		}
	})
}

func TestMoreThanAReplayCarriesReloadsTheLiveOnesToo(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		src.write("p", src.limit+1)
		h.Wake("p")
		synctest.Wait()
		if len(c.reloaded()) != 1 || len(c.messages()) != 1 {
			t.Errorf("got %d messages, want one reload", len(c.messages()))
		}
		src.write("p", 1)
		h.Wake("p")
		synctest.Wait()
		if diff := cmp.Diff(src.shows("p", src.head("p").Rev, c.sub), c.shown()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestANewEpochReloadsEveryone(t *testing.T) {
	opt := HubOptions{OnBackwards: func(_ context.Context, topic string, seen Head) {
		t.Errorf("%s at %v was called backwards", topic, seen)
	}}
	withHub(t, opt, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.write("p", 10))
		synctest.Wait()
		src.restore("p", 10, "e2")
		time.Sleep(time.Second)
		synctest.Wait()
		if got := c.messages(); len(got) != 1 || len(c.reloaded()) != 1 {
			t.Errorf("got %q, want one reload", got)
		}
		old := dial(t, h, src, Subscriber{Topic: "p"}, Head{"e1", 10})
		synctest.Wait()
		if len(old.reloaded()) != 1 {
			t.Errorf("a cursor of the old epoch got %q, want a reload", old.messages())
		}
	})
}

func TestAHeadThatWentBackwardsIsReported(t *testing.T) {
	var src *fakeSource
	var reported []string
	opt := HubOptions{OnBackwards: func(_ context.Context, topic string, seen Head) {
		reported = append(reported, fmt.Sprint(topic, seen))
		src.restore(topic, seen.Rev, "e2") // what main asks of the store
	}}
	withHub(t, opt, func(t *testing.T, h *Hub, source *fakeSource) {
		src = source
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.write("p", 10))
		synctest.Wait()
		src.restore("p", 7, "e1")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]string{"p{e1 7}"}, reported); diff != "" {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
		if got := c.messages(); len(got) != 1 || len(c.reloaded()) != 1 {
			t.Errorf("got %q, want one reload, of the new epoch", got)
		}
		src.write("p", 1) // the same number as a change that is gone
		h.Wake("p")
		synctest.Wait()
		if diff := cmp.Diff(src.shows("p", 8, c.sub), c.shown()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestReloadsAreSpread(t *testing.T) {
	withHub(t, HubOptions{ReloadsPerSecond: 100}, func(t *testing.T, h *Hub, src *fakeSource) {
		head := src.write("p", 1)
		var conns []*fakeConn
		for range 1000 {
			conns = append(conns, dial(t, h, src, Subscriber{Topic: "p"}, head))
		}
		synctest.Wait()
		src.restore("p", 1, "e2")
		h.WakeAll()
		synctest.Wait()
		perSecond := map[int]int{}
		for _, c := range conns {
			for _, delay := range c.reloaded() {
				perSecond[int(delay/time.Second)]++
			}
		}
		if len(perSecond) < 10 {
			t.Errorf("reloads fall into %d different seconds, want 10", len(perSecond))
		}
		for second, n := range perSecond {
			if second > 10 || n > 180 {
				t.Errorf("%d of 1,000 reload in second %d, want about 100 in each of ten", n, second)
			}
		}
	})
}

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
