package realtime

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakeBus answers Publish with what the test says.
type fakeBus struct {
	LocalBus

	mu      sync.Mutex
	sent    []Wake
	err     error
	stuck   bool    // Publish waits for its context
	tried   int     // calls of Publish
	failing []error // what Subscribe answers, one after the other
}

func (b *fakeBus) Publish(ctx context.Context, w Wake) error {
	b.mu.Lock()
	stuck, err := b.stuck, b.err
	b.tried++
	b.mu.Unlock()
	if stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, w)
	return nil
}

func (b *fakeBus) Subscribe(ctx context.Context, f func(Wake)) error {
	b.mu.Lock()
	var err error
	if len(b.failing) > 0 {
		err, b.failing = b.failing[0], b.failing[1:]
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	f(Wake{Topic: "p"})
	<-ctx.Done()
	return nil
}

func (b *fakeBus) published() []Wake {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Wake{}, b.sent...)
}

// withPublisher runs check against a running publisher, which has ended when check's results are looked at by after.
func withPublisher(t *testing.T, bus *fakeBus, check func(p *Publisher), after func(fallen []Wake)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var fallen []Wake
		p := NewPublisher(bus, slog.New(slog.DiscardHandler), func(w Wake) { fallen = append(fallen, w) })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		check(p)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		after(fallen)
	})
}

func TestAnnouncedWakesArePublishedOnce(t *testing.T) {
	bus := &fakeBus{}
	w := Wake{Epoch: "e1", Topic: "p"}
	withPublisher(t, bus, func(p *Publisher) {
		for range 100 {
			p.Announce(w)
		}
		synctest.Wait()
		if n := len(bus.published()); n == 0 || n > 100 {
			t.Errorf("published %d times", n)
		}
	}, func(fallen []Wake) {
		if len(fallen) > 0 {
			t.Errorf("%v fell back, want nothing", fallen)
		}
	})
}

func TestABusThatIsDownFallsBack(t *testing.T) {
	bus := &fakeBus{err: errors.New("no bus")}
	withPublisher(t, bus, func(p *Publisher) {
		p.Announce(Wake{Epoch: "e1", Topic: "p"})
		synctest.Wait()
		bus.mu.Lock()
		bus.err = nil
		bus.mu.Unlock()
		p.Announce(Wake{Epoch: "e1", Topic: "q"})
	}, func(fallen []Wake) {
		if diff := cmp.Diff([]Wake{{"e1", "p"}}, fallen); diff != "" {
			t.Errorf("fallen back (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]Wake{{"e1", "q"}}, bus.published()); diff != "" {
			t.Errorf("published (-want +got):\n%s", diff)
		}
	})
}

func TestReadersHereDoNotWaitForASilentBusOncePerWake(t *testing.T) {
	bus := &fakeBus{stuck: true}
	const wakes = 20
	withPublisher(t, bus, func(p *Publisher) {
		for i := range wakes {
			p.Announce(Wake{Epoch: "e1", Topic: strconv.Itoa(i)})
		}
		time.Sleep(2 * publishTimeout) // one for the first that was sent, one for those that waited
		synctest.Wait()
		if n := len(p.pending.take()); n > 0 {
			t.Errorf("%d wakes still wait", n)
		}
		time.Sleep(time.Minute)
		bus.mu.Lock()
		defer bus.mu.Unlock()
		if bus.tried > 2 {
			t.Errorf("the silent bus was tried %d times", bus.tried)
		}
	}, func(fallen []Wake) {
		different := map[Wake]bool{}
		for _, w := range fallen {
			different[w] = true
		}
		if len(different) != wakes {
			t.Errorf("%d wakes fell back, want %d", len(different), wakes)
		}
	})
}

func TestABusThatHangsHoldsNobodyUp(t *testing.T) {
	bus := &fakeBus{stuck: true}
	withPublisher(t, bus, func(p *Publisher) {
		begin := time.Now()
		for i := range 10 * maxPending {
			p.Announce(Wake{Epoch: "e1", Topic: strconv.Itoa(i)})
		}
		if took := time.Since(begin); took > 0 { // in the bubble time passes only while all wait
			t.Errorf("announcing waited %v", took)
		}
		time.Sleep(publishTimeout)
		synctest.Wait()
	}, func(fallen []Wake) {
		all := false
		for _, w := range fallen {
			all = all || w == Wake{}
		}
		if !all {
			t.Errorf("%d wakes fell back, want the flood to have become the zero wake", len(fallen))
		}
	})
}

func TestWhatWaitsAtTheEndIsNotDropped(t *testing.T) {
	bus := &fakeBus{stuck: true}
	withPublisher(t, bus, func(p *Publisher) {
		p.Announce(Wake{Epoch: "e1", Topic: "first"})
		synctest.Wait() // it is being published
		p.Announce(Wake{Epoch: "e1", Topic: "last"})
	}, func(fallen []Wake) {
		if diff := cmp.Diff([]Wake{{"e1", "first"}, {"e1", "last"}}, fallen); diff != "" {
			t.Errorf("tried (-want +got):\n%s", diff)
		}
	})
}

func TestFollow(t *testing.T) {
	withHub(t, HubOptions{Poll: time.Hour}, func(t *testing.T, h *Hub, src *fakeSource) {
		c := dial(t, h, src, Subscriber{Topic: "p"}, src.head("p"))
		q := dial(t, h, src, Subscriber{Topic: "q"}, src.head("q"))
		synctest.Wait()
		src.write("p", 1)
		src.write("q", 1)
		bus := &fakeBus{failing: []error{errDown}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.Follow(ctx, bus) }()
		synctest.Wait()
		for _, c := range []*fakeConn{c, q} {
			if got := c.messages(); len(got) != 1 {
				t.Errorf("got %q after an interruption, want all heads looked at", got)
			}
		}
		src.write("p", 1)
		time.Sleep(followPause)
		synctest.Wait()
		if got := c.messages(); len(got) != 2 {
			t.Errorf("got %q after the bus was back, want its wake to count", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("follow: %v", err)
		}
	})
}

func TestFollowEndsWithItsBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := NewLocalBus()
		h := NewHub(newFakeSource(t), HubOptions{})
		done := make(chan error, 1)
		go func() { done <- h.Follow(t.Context(), bus) }()
		synctest.Wait()
		_ = bus.Close()
		if err := <-done; err != nil {
			t.Errorf("follow: %v", err)
		}
	})
}

func TestALocalBusForgetsSubscribersThatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := NewLocalBus()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- bus.Subscribe(ctx, func(Wake) {}) }()
		synctest.Wait()
		cancel()
		<-done
		if n := len(bus.subs); n != 0 {
			t.Errorf("%d subscribers are left", n)
		}
	})
}
