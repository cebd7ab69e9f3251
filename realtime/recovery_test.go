package realtime

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

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

func TestAPanicInTheSourceStaysInItsTopic(t *testing.T) {
	withHub(t, HubOptions{}, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		synctest.Wait()
		set := func(panics bool) {
			src.mu.Lock()
			defer src.mu.Unlock()
			src.panics = panics
		}
		set(true)
		src.write("p", 1)
		h.Wake("p")
		synctest.Wait()
		set(false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := c.messages(); len(got) != 1 {
			t.Errorf("got %q once the source was well again, want its change", got)
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
