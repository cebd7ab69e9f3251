package realtime

import (
	"context"
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
