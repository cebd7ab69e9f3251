package web

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vang/blog"
	"vang/realtime"
)

// headReader answers Heads with the revs that it holds, after a second.
type headReader struct {
	Reader
	mu    sync.Mutex
	revs  map[string]int64
	looks [][]string
	err   error
}

func (r *headReader) Heads(_ context.Context, ids []string) ([]blog.Head, error) {
	r.mu.Lock()
	r.looks = append(r.looks, ids)
	var hs []blog.Head
	for _, id := range ids {
		hs = append(hs, blog.Head{PostID: id, Epoch: "e", Rev: r.revs[id]})
	}
	err := r.err
	r.mu.Unlock()
	time.Sleep(time.Second)
	return hs, err
}

func (r *headReader) set(id string, rev int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revs[id] = rev
}

func (r *headReader) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.looks)
}

func newTestHeads() (*heads, *headReader) {
	r := &headReader{revs: map[string]int64{"a": 1, "b": 1}}
	return newHeads(r, time.Now, realtime.NewLocalBus()), r
}

func revOf(t *testing.T, h *heads, id string) int64 {
	t.Helper()
	m, err := h.get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return m[id].Rev
}

func TestHeadIsBelievedForFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		revOf(t, h, "a")
		r.set("a", 2)
		time.Sleep(3 * time.Second)
		if rev := revOf(t, h, "a"); rev != 1 || r.count() != 1 {
			t.Errorf("after 3 s: rev %d, %d looks", rev, r.count())
		}
		time.Sleep(3 * time.Second)
		if rev := revOf(t, h, "a"); rev != 2 || r.count() != 2 {
			t.Errorf("after 6 s: rev %d, %d looks", rev, r.count())
		}
	})
}

func TestWakeEndsTheBeliefAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		revOf(t, h, "a")
		r.set("a", 2)
		h.stale("a")
		if rev := revOf(t, h, "a"); rev != 2 {
			t.Errorf("rev %d after a wake", rev)
		}
	})
}

func TestAWakeForNoPostIsOneForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		revOf(t, h, "a")
		revOf(t, h, "b")
		r.set("a", 2)
		r.set("b", 3)
		h.stale("") // such as after the bus was interrupted
		if a, b := revOf(t, h, "a"), revOf(t, h, "b"); a != 2 || b != 3 {
			t.Errorf("revs %d and %d", a, b)
		}
	})
}

// interrupted is a bus over which no wakes come.
type interrupted struct{ realtime.Bus }

func (interrupted) Stats() realtime.BusStats { return realtime.BusStats{} }

func TestHeadIsBelievedForASecondWhileNoWakesArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		h.bus = interrupted{}
		revOf(t, h, "a")
		r.set("a", 2)
		time.Sleep(time.Second + time.Millisecond)
		if rev := revOf(t, h, "a"); rev != 2 {
			t.Errorf("after a second: rev %d", rev)
		}
	})
}

func TestWakeDuringALookIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		go func() { _, _ = h.get(t.Context(), "a") }()
		synctest.Wait() // the look has read rev 1 and is on its way back
		r.set("a", 2)
		h.stale("a")
		time.Sleep(2 * time.Second)
		if rev := revOf(t, h, "a"); rev != 2 {
			t.Errorf("rev %d: the look that began before the wake was believed", rev)
		}
	})
}

func TestThoseWhoWaitShareOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { _, _ = h.get(t.Context(), "a") })
			wg.Go(func() { _, _ = h.get(t.Context(), "b") })
		}
		wg.Wait()
		if n := r.count(); n > 2 {
			t.Errorf("%d looks for 100 readers who came at once", n)
		}
	})
}

// hangingReader answers nothing until it is let.
type hangingReader struct {
	headReader
	hangs chan struct{}
}

func (r *hangingReader) Heads(ctx context.Context, ids []string) ([]blog.Head, error) {
	select {
	case <-r.hangs:
		return r.headReader.Heads(ctx, ids)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestOnlyTheFirstWaitLongForADatabaseThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &hangingReader{headReader: headReader{revs: map[string]int64{"a": 7}}, hangs: make(chan struct{})}
		h := newHeads(r, time.Now, realtime.NewLocalBus())
		wait := func() (took time.Duration, err error) {
			begin := time.Now()
			_, err = h.get(t.Context(), "a")
			return time.Since(begin), err
		}
		if took, err := wait(); took != headRead || err == nil {
			t.Errorf("the first: %v, %v", took, err)
		}
		for range 20 {
			if took, err := wait(); took > headPatience || err == nil {
				t.Errorf("while it is away: %v, %v", took, err)
			}
			ctx, cancel := h.patient(t.Context(), "a")
			if until, bounded := ctx.Deadline(); !bounded || time.Until(until) > headPatience {
				t.Error("who reads by themselves wait as long as they like")
			}
			cancel()
		}
		close(r.hangs)
		time.Sleep(headRead + 2*time.Second) // the look under way sees it
		if m, err := h.get(t.Context(), "a"); err != nil || m["a"].Rev != 7 {
			t.Errorf("when it is back: %v, %v", m, err)
		}
		ctx, cancel := h.patient(t.Context(), "a")
		defer cancel()
		if _, bounded := ctx.Deadline(); bounded {
			t.Error("still impatient when it is back")
		}
	})
}

func TestUnreadableHeadsAreThoseLastSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		revOf(t, h, "a")
		r.err = errors.New("gone")
		h.stale("a")
		m, err := h.get(t.Context(), "a", "b")
		if err == nil || m["a"].Rev != 1 || len(m) != 1 {
			t.Errorf("%v, %v", m, err)
		}
	})
}

func TestReaderWhoLeavesDoesNotEndTheLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newTestHeads()
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = h.get(ctx, "a") }()
		synctest.Wait()
		cancel()
		time.Sleep(2 * time.Second)
		if rev := revOf(t, h, "a"); rev != 1 || r.count() != 1 {
			t.Errorf("rev %d after %d looks", rev, r.count())
		}
	})
}

func TestOlderPageDoesNotTurnAHeadBack(t *testing.T) {
	h, _ := newTestHeads()
	h.learn(blog.Head{PostID: "a", Epoch: "e", Rev: 5}, time.Now())
	h.learn(blog.Head{PostID: "a", Epoch: "e", Rev: 4}, time.Now())
	if got := h.known([]string{"a"})["a"].Rev; got != 5 {
		t.Errorf("rev %d", got)
	}
}

// impatient tells whether who reads a discussion by themselves is held to a short wait.
func impatient(t *testing.T, h *heads) bool {
	t.Helper()
	ctx, cancel := h.patient(t.Context(), "a")
	defer cancel()
	_, bounded := ctx.Deadline()
	return bounded
}

func TestADatabaseThatIsBackIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &hangingReader{headReader: headReader{revs: map[string]int64{"a": 7}}, hangs: make(chan struct{})}
		h := newHeads(r, time.Now, realtime.NewLocalBus())
		away := func() {
			t.Helper()
			if _, err := h.get(t.Context(), "a"); err == nil || !h.away {
				t.Fatalf("it is not away: %v", err)
			}
		}
		away()
		h.learn(blog.Head{PostID: "a", Epoch: "e", Rev: 7}, time.Now())
		if impatient(t, h) {
			t.Error("still impatient after a page was read")
		}
		away()
		close(r.hangs)
		if !impatient(t, h) { // which has a look made
			t.Error("patient while it is away")
		}
		time.Sleep(headRead + time.Second)
		if impatient(t, h) {
			t.Error("nobody looked whether it is back")
		}
	})
}

// TestAPageOfAnEarlierEpochTeachesNothing: it was still being read when the database was put back.
func TestAPageOfAnEarlierEpochTeachesNothing(t *testing.T) {
	h := newHeads(nil, time.Now, realtime.NewLocalBus())
	now, after := time.Now(), blog.Head{PostID: "p", Epoch: "b", Rev: 3}
	h.seen["p"] = sighting{head: after, at: now}
	h.learn(blog.Head{PostID: "p", Epoch: "a", Rev: 9}, now.Add(-time.Second))
	if got := h.known([]string{"p"})["p"]; got != after {
		t.Errorf("%+v is believed again", got)
	}
	h.learn(blog.Head{PostID: "p", Epoch: "c", Rev: 1}, now.Add(time.Second))
	if got := h.known([]string{"p"})["p"]; got.Epoch != "c" {
		t.Errorf("%+v is still believed", got)
	}
}
