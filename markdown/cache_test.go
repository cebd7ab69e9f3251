package markdown

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"vang/blog"
)

func always(rendered) bool { return true }

func sized(n int) rendered { return rendered{doc: blog.Document{HTML: strings.Repeat("x", n)}} }

func TestCacheRendersOnceForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(1 << 20)
		var made atomic.Int32
		slow := func() (rendered, error) {
			made.Add(1)
			time.Sleep(time.Second)
			return sized(10), nil
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if r, err := c.get(t.Context(), "k", always, slow); err != nil || len(r.doc.HTML) != 10 {
					t.Errorf("%v %v", r, err)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 {
			t.Errorf("rendered %d times", made.Load())
		}
	})
}

func TestNoMoreAreRenderedAtOnceThanThereAreCores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(1 << 20)
		var now, most atomic.Int32
		var wg sync.WaitGroup
		for i := range 10 * cap(c.turns) {
			wg.Go(func() {
				_, _ = c.get(t.Context(), fmt.Sprint(i), always, func() (rendered, error) {
					most.Store(max(most.Load(), now.Add(1)))
					time.Sleep(time.Second)
					now.Add(-1)
					return sized(10), nil
				})
			})
		}
		wg.Wait()
		if int(most.Load()) != runtime.GOMAXPROCS(0) {
			t.Errorf("%d at once, of %d cores", most.Load(), runtime.GOMAXPROCS(0))
		}
	})
}

func TestCacheLetsAnImpatientReaderGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(1 << 20)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.get(ctx, "k", always, func() (rendered, error) {
			time.Sleep(10 * time.Second)
			return sized(1), nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if _, ok := c.find("k"); !ok {
			t.Error("the work that was left is lost")
		}
	})
}

func TestCacheStaysWithinItsBytes(t *testing.T) {
	c := newCache(100_000)
	for i := range 1000 {
		_, err := c.get(t.Context(), fmt.Sprint(i), always, func() (rendered, error) { return sized(1000), nil })
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.find("0"); !ok { // asking keeps it
			t.Fatal("what was used last is gone")
		}
	}
	if c.size > c.limit || c.used.Len() != len(c.byKey) || c.used.Len() < 50 || c.used.Len() > 100 {
		t.Errorf("%d bytes in %d entries", c.size, c.used.Len())
	}
	if _, ok := c.find("500"); ok {
		t.Error("what was not used for long is still there")
	}
	if _, err := c.get(t.Context(), "big", always, func() (rendered, error) { return sized(200_000), nil }); err != nil || c.used.Len() < 50 {
		t.Errorf("a document beyond the limit must pass through and drive nothing out: %v", err)
	}
}

func TestCacheKeepsNoErrors(t *testing.T) {
	c := newCache(1000)
	broken := errors.New("broken")
	if _, err := c.get(t.Context(), "k", always, func() (rendered, error) { return rendered{}, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := c.get(t.Context(), "k", always, func() (rendered, error) { return sized(1), nil }); err != nil {
		t.Errorf("the error stayed: %v", err)
	}
}

func TestCacheMakesAgainWhatIsValidNoMore(t *testing.T) {
	c := newCache(100_000)
	made := 0
	get := func(want int) rendered {
		t.Helper()
		valid := func(r rendered) bool { return len(r.doc.HTML) == want }
		r, err := c.get(t.Context(), "k", valid, func() (rendered, error) { made++; return sized(want), nil })
		if err != nil || len(r.doc.HTML) != want {
			t.Fatalf("%d bytes, want %d: %v", len(r.doc.HTML), want, err)
		}
		return r
	}
	for _, want := range []int{10, 10, 20, 20, 10} {
		get(want)
	}
	if made != 3 || c.used.Len() != 1 || c.size != sized(10).size()+2 {
		t.Errorf("made %d times, %d entries of %d bytes", made, c.used.Len(), c.size)
	}
}

// TestCacheGivesNobodyAnOlderSnapshotsRendering: a reader of the new snapshot waits for the flight of an old one, whose
// rendering is not theirs.
func TestCacheGivesNobodyAnOlderSnapshotsRendering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(1 << 20)
		get := func(want int) {
			valid := func(r rendered) bool { return len(r.doc.HTML) == want }
			r, err := c.get(t.Context(), "k", valid, func() (rendered, error) {
				time.Sleep(time.Second)
				return sized(want), nil
			})
			if err != nil || len(r.doc.HTML) != want {
				t.Errorf("%d bytes, want %d: %v", len(r.doc.HTML), want, err)
			}
		}
		var wg sync.WaitGroup
		wg.Go(func() { get(1) })
		time.Sleep(time.Second / 2)
		wg.Go(func() { get(2) })
		wg.Wait()
	})
}
