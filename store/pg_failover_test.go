package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
	"vang/testbed"
)

// proxies are three ways to one server, as if it had three nodes: they test the pool, not a database's failover.
func proxies(t *testing.T, target string) (ways []*testbed.Proxy, addrs []string) {
	t.Helper()
	for range 3 {
		p, err := testbed.NewProxy(target)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		ways, addrs = append(ways, p), append(addrs, p.Addr)
	}
	return ways, addrs
}

// crowd writes and reads without a pause and notes how long the slowest took.
type crowd struct {
	slowest atomic.Int64 // ns
	writes  atomic.Int64
	reads   atomic.Int64
	stop    context.CancelFunc
	members sync.WaitGroup
}

func gather(t *testing.T, s store.Store, post string, n int) *crowd {
	ctx, stop := context.WithCancel(context.Background())
	c := &crowd{stop: stop}
	for range n {
		c.members.Go(func() {
			for ctx.Err() == nil {
				c.timed(t, &c.writes, func() error { _, err := s.AddComment(context.Background(), newComment(post, "x")); return err })
			}
		})
		c.members.Go(func() {
			for ctx.Err() == nil {
				c.timed(t, &c.reads, func() error { _, err := s.Page(context.Background(), blog.PageQuery{PostID: post}); return err })
			}
		})
	}
	return c
}

func (c *crowd) timed(t *testing.T, count *atomic.Int64, do func() error) {
	begin := time.Now()
	if err := do(); err != nil {
		t.Error(err)
		return
	}
	count.Add(1)
	took := int64(time.Since(begin))
	for old := c.slowest.Load(); took > old && !c.slowest.CompareAndSwap(old, took); old = c.slowest.Load() {
		continue
	}
}

// goesOn waits until n more writes and reads have succeeded.
func (c *crowd) goesOn(t *testing.T, n int64) {
	t.Helper()
	writes, reads := c.writes.Load(), c.reads.Load()
	for until := time.Now().Add(20 * time.Second); c.writes.Load() < writes+n || c.reads.Load() < reads+n; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("nothing goes on any more")
		}
	}
}

func (c *crowd) disperse() (slowest time.Duration) {
	c.stop()
	c.members.Wait()
	return time.Duration(c.slowest.Load())
}

const patience = 5 * time.Second // of the goals: in that time writes and reads go on

// TestOneAddressDies: whatever one of three addresses does, nothing fails and nobody waits longer than the goal says.
func TestOneAddressDies(t *testing.T) {
	for name, fault := range map[string]struct{ begin, end func(p *testbed.Proxy) error }{
		"refuses": {
			func(p *testbed.Proxy) error { p.Refuse(); p.Cut(); return nil },
			func(p *testbed.Proxy) error { return p.Accept() },
		},
		"swallows": {
			func(p *testbed.Proxy) error { p.Swallow(); return nil },
			func(p *testbed.Proxy) error { p.Pass(); p.Cut(); return nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			ways, addrs := proxies(t, store.Server.Postgres(t).Addr)
			s := openAt(t, store.Server.Address(t, addrs...), nil)
			post := makePost(t, s, "a")
			total := 0
			for _, p := range ways {
				c := gather(t, s, post, 6)
				c.goesOn(t, 50)
				if err := fault.begin(p); err != nil {
					t.Fatal(err)
				}
				c.goesOn(t, 200)
				slowest := c.disperse()
				t.Logf("the slowest of %d writes and %d reads took %v", c.writes.Load(), c.reads.Load(), slowest)
				if slowest > patience {
					t.Errorf("someone waited %v", slowest)
				}
				if err := fault.end(p); err != nil {
					t.Fatal(err)
				}
				total += int(c.writes.Load())
			}
			checkNumbers(t, s, post, total)
		})
	}
}

// TestOnlyOneAddressLives: a store opens, works, and goes on after a pause, while two of three addresses swallow.
func TestOnlyOneAddressLives(t *testing.T) {
	ways, addrs := proxies(t, store.Server.Postgres(t).Addr)
	address := store.Server.Address(t, addrs...)
	ways[0].Swallow()
	ways[1].Swallow()
	begin := time.Now()
	s, err := store.Open(t.Context(), store.Options{Address: address})
	for blog.KindOf(err) == blog.Unavailable && time.Since(begin) < 3*patience { // Open tries once; to come again is its caller's
		s, err = store.Open(t.Context(), store.Options{Address: address})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	post := makePost(t, s, "a")
	if took := time.Since(begin); took > 3*patience {
		t.Errorf("opened after %v", took)
	}
	c := gather(t, s, post, 8)
	c.goesOn(t, 50)
	if slowest := c.disperse(); slowest > patience {
		t.Errorf("someone waited %v", slowest)
	}
}

// TestAllConnectionsLedThere: where every connection leads to the address that goes silent, others are made in time. A
// connection that is given up must not keep its place in the pool while it says goodbye.
func TestAllConnectionsLedThere(t *testing.T) {
	ways, addrs := proxies(t, store.Server.Postgres(t).Addr)
	ways[1].Refuse()
	ways[2].Refuse()
	s := openAt(t, store.Server.Address(t, addrs...), nil)
	posts := []string{}
	for i := range 16 { // writers of different posts write beside each other
		posts = append(posts, makePost(t, s, fmt.Sprint("post-", i)))
	}
	write := func() (slowest time.Duration) {
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 4 {
			for _, post := range posts {
				all.Go(func() {
					begin := time.Now()
					if _, err := s.AddComment(t.Context(), newComment(post, "x")); err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					slowest = max(slowest, time.Since(begin))
				})
			}
		}
		all.Wait()
		return slowest
	}
	write()
	for _, p := range ways[1:] {
		if err := p.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	ways[0].Swallow()
	slowest := write()
	t.Log("slowest", slowest)
	if slowest > 2*patience {
		t.Errorf("someone waited %v", slowest)
	}
}

// TestNothingAnswers: with every address dead, each call ends within its limits and says so, and when they are back, all
// goes on.
func TestNothingAnswers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for writes to give up")
	}
	ways, addrs := proxies(t, store.Server.Postgres(t).Addr)
	s := openAt(t, store.Server.Address(t, addrs...), nil)
	post := makePost(t, s, "a")
	for _, p := range ways {
		p.Swallow()
	}
	var calls sync.WaitGroup
	timed := func(name string, most time.Duration, do func() error) {
		calls.Go(func() {
			begin := time.Now()
			err := do()
			var e *blog.Error
			if !errors.As(err, &e) || e.Kind != blog.Unavailable || e.RetryAfter <= 0 {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(begin); took > most {
				t.Errorf("%s took %v", name, took)
			}
		})
	}
	for range 20 {
		timed("a page", 6*time.Second, func() error { _, err := s.Page(t.Context(), blog.PageQuery{PostID: post}); return err })
		timed("a comment", 22*time.Second, func() error { _, err := s.AddComment(t.Context(), newComment(post, "x")); return err })
		timed("an impatient reader", 2*time.Second, func() error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, _, err := s.FindSession(ctx, "t")
			return err
		})
	}
	calls.Wait()
	for _, p := range ways {
		p.Pass()
		p.Cut()
	}
	c := gather(t, s, post, 2)
	c.goesOn(t, 20)
	if slowest := c.disperse(); slowest > patience {
		t.Errorf("afterwards someone waited %v", slowest)
	}
}

// TestClosesInTime: a store closes within seconds also when nothing answers.
func TestClosesInTime(t *testing.T) {
	ways, addrs := proxies(t, store.Server.Postgres(t).Addr)
	s, err := store.Open(t.Context(), store.Options{Address: store.Server.Address(t, addrs...)})
	if err != nil {
		t.Fatal(err)
	}
	post := makePost(t, s, "a")
	c := gather(t, s, post, 2)
	c.goesOn(t, 10)
	c.disperse()
	for _, p := range ways {
		p.Swallow()
	}
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > patience {
		t.Errorf("closing took %v", took)
	}
}
