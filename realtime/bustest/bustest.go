// Package bustest is the suite that every realtime.Bus passes.
//
// It works on a real bus in real time, so that the same promises can be asked of one in this process and of one over a
// network. It imports realtime, goleak and the standard library only.
package bustest

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vang/realtime"
)

const (
	patience = 10 * time.Second       // for what must happen
	bound    = 200 * time.Millisecond // the most that Publish may take
	slack    = 150 * time.Millisecond // for a busy machine
)

// Run checks what open returns: a new bus that no other test uses. The suite closes it; what open set up besides belongs
// into t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) realtime.Bus) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, realtime.Bus){
		"every subscriber hears every wake":           everyoneHears,
		"many publishers at once":                     manyPublishers,
		"a stuck subscriber delays nobody":            stuckSubscriber,
		"one goroutine calls a subscriber":            oneAtATime,
		"a flood may be told as one":                  flood,
		"the end of the context ends a subscription":  contextEnds,
		"others hear on when one leaves":              othersHearOn,
		"closing ends subscriptions and publishing":   closing,
		"ping tells an open bus from a closed one":    ping,
		"publish with an ended context does not hang": endedContext,
	} {
		t.Run(name, func(t *testing.T) {
			ignore := goleak.IgnoreCurrent()
			bus := open(t)
			check(t, bus)
			if err := bus.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			goleak.VerifyNone(t, ignore)
		})
	}
}

// listener is a subscription and what it heard.
type listener struct {
	cancel context.CancelFunc
	ended  chan error

	mu    sync.Mutex
	heard map[realtime.Wake]bool
	news  chan struct{} // something was heard since this was last emptied
}

// listen subscribes and returns once wakes arrive. The contract has no sign that a subscription stands, so it publishes
// until one is heard.
func listen(t *testing.T, bus realtime.Bus, also func(realtime.Wake)) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{
		cancel: cancel, ended: make(chan error, 1),
		heard: map[realtime.Wake]bool{}, news: make(chan struct{}, 1),
	}
	go func() { l.ended <- bus.Subscribe(ctx, func(w realtime.Wake) { l.hear(w); also(w) }) }()
	probe := realtime.Wake{Epoch: "probe", Topic: t.Name()}
	deadline := time.After(patience)
	for {
		publish(t, bus, probe)
		select {
		case <-l.news:
			return l
		case err := <-l.ended:
			t.Fatalf("the subscription ended at once: %v", err)
		case <-deadline:
			t.Fatal("a new subscription hears nothing")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func nothingElse(realtime.Wake) {}

func (l *listener) hear(w realtime.Wake) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard[w] = true
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// knows tells whether w was told, be it as "anything may have changed".
func (l *listener) knows(w realtime.Wake) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard[w] || l.heard[realtime.Wake{}]
}

// await waits until all of wakes were heard.
func (l *listener) await(t *testing.T, wakes ...realtime.Wake) {
	t.Helper()
	deadline := time.After(patience)
	for _, w := range wakes {
		for !l.knows(w) {
			select {
			case <-l.news:
			case <-deadline:
				t.Fatalf("%v was never heard", w)
			}
		}
	}
}

// leave ends the subscription by its context, and checks how it ended.
func (l *listener) leave(t *testing.T) {
	t.Helper()
	l.cancel()
	if err := l.end(t); err != nil {
		t.Errorf("a subscription whose context ended returned %v, want nil", err)
	}
}

func (l *listener) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-l.ended:
		return err
	case <-time.After(patience):
		t.Fatal("the subscription does not end")
		return nil
	}
}

// publish publishes w and fails the test if that takes too long or goes wrong.
func publish(t *testing.T, bus realtime.Bus, w realtime.Wake) {
	t.Helper()
	begin := time.Now()
	if err := bus.Publish(context.Background(), w); err != nil {
		t.Errorf("publish %v: %v", w, err)
	}
	if took := time.Since(begin); took > bound+slack {
		t.Errorf("publish took %v, want at most %v", took, bound)
	}
}

func wake(i int) realtime.Wake {
	return realtime.Wake{Epoch: "e1", Topic: "post " + strconv.Itoa(i) + " đậm"}
}

func wakes(n int) []realtime.Wake {
	all := make([]realtime.Wake, n)
	for i := range all {
		all[i] = wake(i)
	}
	return all
}

func everyoneHears(t *testing.T, bus realtime.Bus) {
	listeners := []*listener{listen(t, bus, nothingElse), listen(t, bus, nothingElse), listen(t, bus, nothingElse)}
	for _, w := range wakes(20) {
		publish(t, bus, w)
	}
	for _, l := range listeners {
		l.await(t, wakes(20)...)
		l.leave(t)
	}
}

func manyPublishers(t *testing.T, bus realtime.Bus) {
	l := listen(t, bus, nothingElse)
	all := wakes(200)
	var wg sync.WaitGroup
	for part := range 8 {
		wg.Go(func() {
			for i := part; i < len(all); i += 8 {
				publish(t, bus, all[i])
			}
		})
	}
	wg.Wait()
	l.await(t, all...)
	l.leave(t)
}

func stuckSubscriber(t *testing.T, bus realtime.Bus) {
	release := make(chan struct{})
	stuck := listen(t, bus, func(realtime.Wake) { <-release })
	free := listen(t, bus, nothingElse)
	for _, w := range wakes(300) {
		publish(t, bus, w)
	}
	free.await(t, wakes(300)...)
	close(release)
	stuck.await(t, wakes(300)...) // late, but it learns of everything
	stuck.leave(t)
	free.leave(t)
}

func oneAtATime(t *testing.T, bus realtime.Bus) {
	var inside sync.Mutex
	l := listen(t, bus, func(realtime.Wake) {
		if !inside.TryLock() {
			t.Error("a subscriber was called while it was being called")
			return
		}
		defer inside.Unlock()
		runtime.Gosched() // let another goroutine come in
	})
	for _, w := range wakes(100) {
		publish(t, bus, w)
	}
	l.await(t, wakes(100)...)
	l.leave(t)
}

func flood(t *testing.T, bus realtime.Bus) {
	release := make(chan struct{})
	l := listen(t, bus, func(realtime.Wake) { <-release })
	for _, w := range wakes(5000) {
		publish(t, bus, w)
	}
	close(release)
	l.await(t, wakes(5000)...)
	l.leave(t)
}

func contextEnds(t *testing.T, bus realtime.Bus) {
	l := listen(t, bus, nothingElse)
	l.leave(t)
	l.mu.Lock()
	clear(l.heard)
	l.mu.Unlock()
	other := listen(t, bus, nothingElse)
	publish(t, bus, wake(1))
	other.await(t, wake(1))
	if l.knows(wake(1)) {
		t.Error("a subscription that ended was called")
	}
	other.leave(t)
}

func othersHearOn(t *testing.T, bus realtime.Bus) {
	stays, leaves := listen(t, bus, nothingElse), listen(t, bus, nothingElse)
	leaves.leave(t)
	publish(t, bus, wake(1))
	stays.await(t, wake(1))
	stays.leave(t)
}

func closing(t *testing.T, bus realtime.Bus) {
	a, b := listen(t, bus, nothingElse), listen(t, bus, nothingElse)
	defer a.cancel()
	defer b.cancel()
	if err := bus.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	for _, l := range []*listener{a, b} {
		if err := l.end(t); !errors.Is(err, realtime.ErrClosed) {
			t.Errorf("a subscription to a closed bus returned %v, want ErrClosed", err)
		}
	}
	if err := bus.Publish(context.Background(), wake(1)); !errors.Is(err, realtime.ErrClosed) {
		t.Errorf("publish on a closed bus: %v, want ErrClosed", err)
	}
	if err := bus.Subscribe(context.Background(), nothingElse); !errors.Is(err, realtime.ErrClosed) {
		t.Errorf("subscribe to a closed bus: %v, want ErrClosed", err)
	}
}

func ping(t *testing.T, bus realtime.Bus) {
	if err := bus.Ping(context.Background()); err != nil {
		t.Errorf("ping: %v", err)
	}
	if err := bus.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if err := bus.Ping(context.Background()); !errors.Is(err, realtime.ErrClosed) {
		t.Errorf("ping of a closed bus: %v, want ErrClosed", err)
	}
}

func endedContext(t *testing.T, bus realtime.Bus) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	begin := time.Now()
	if err := bus.Publish(ctx, wake(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("publish with an ended context: %v, want context.Canceled", err)
	}
	if err := bus.Subscribe(ctx, nothingElse); err != nil {
		t.Errorf("subscribe with an ended context: %v, want nil", err)
	}
	if took := time.Since(begin); took > bound+slack {
		t.Errorf("that took %v", took)
	}
}
