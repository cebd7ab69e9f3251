package web

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"vang/blog"
)

func TestLimitAllowsABurstAndThenOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(RateLimit{Burst: 3, Every: 10 * time.Second}, time.Now)
		take := func() time.Duration {
			wait, err := l.take(t.Context(), "k")
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		for i := range 3 {
			if wait := take(); wait != 0 {
				t.Fatalf("comment %d has to wait %v", i+1, wait)
			}
		}
		if wait := take(); wait != 10*time.Second {
			t.Errorf("the fourth waits %v, want 10s", wait)
		}
		time.Sleep(10 * time.Second)
		if wait := take(); wait != 0 {
			t.Errorf("who waited as told still waits %v", wait)
		}
		if wait := take(); wait == 0 {
			t.Error("two came where one may")
		}
		if wait, _ := l.take(t.Context(), "another"); wait != 0 {
			t.Error("one writer's comments count against another's")
		}
		time.Sleep(time.Hour)
		for i := range 3 {
			if wait := take(); wait != 0 {
				t.Errorf("after an hour, comment %d has to wait %v", i+1, wait)
			}
		}
		if take() == 0 {
			t.Error("an hour of silence gave more than the burst")
		}
	})
}

func TestWhatIsGivenBackMayBeSpentAgain(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l := newLimiter(RateLimit{Burst: 2, Every: time.Minute}, func() time.Time { return start })
	for range 5 {
		if wait, _ := l.take(t.Context(), "k"); wait != 0 {
			t.Fatalf("has to wait %v", wait)
		}
		if err := l.give(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []time.Duration{0, 0, time.Minute} {
		if wait, _ := l.take(t.Context(), "k"); wait != want {
			t.Errorf("comment %d waits %v, want %v", i+1, wait, want)
		}
	}
}

func TestARefusedVisitorCostsTheirAddressNothing(t *testing.T) {
	s := &Server{limiter: newLimiter(RateLimit{Burst: 1, Every: time.Minute}, time.Now)}
	home, cafe := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.8")
	if err := s.allow(t.Context(), "v", home); err != nil {
		t.Fatal(err)
	}
	if s.allow(t.Context(), "v", cafe) == nil {
		t.Fatal("the visitor has no limit")
	}
	if err := s.allow(t.Context(), "w", cafe); err != nil {
		t.Errorf("another at the same address: %v", err)
	}
}

func TestLimitForgetsTheOldestWriters(t *testing.T) {
	b := newLimiter(RateLimit{Burst: 1, Every: time.Hour}, time.Now).(*buckets)
	for i := range 3 * maxBuckets {
		_, _ = b.take(t.Context(), fmt.Sprint(i))
	}
	if n := len(b.young) + len(b.old); n > 2*maxBuckets {
		t.Errorf("%d writers remembered", n)
	}
	if wait, _ := b.take(t.Context(), fmt.Sprint(3*maxBuckets-1)); wait == 0 {
		t.Error("the newest writer was forgotten")
	}
}

// A clock is set back by hand, or belongs to another database now.
func TestAClockSetBackStopsNobodyForLong(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l := newLimiter(RateLimit{Burst: 2, Every: time.Minute}, func() time.Time { return now })
	for range 2 {
		_, _ = l.take(t.Context(), "k")
	}
	now = now.Add(-24 * time.Hour)
	if wait, _ := l.take(t.Context(), "k"); wait != time.Minute {
		t.Errorf("waits %v, want a minute", wait)
	}
	now = now.Add(time.Minute)
	if wait, _ := l.take(t.Context(), "k"); wait != 0 {
		t.Errorf("who waited as told still waits %v", wait)
	}
}

func TestAllowCountsVisitorAndAddress(t *testing.T) {
	s := &Server{limiter: newLimiter(RateLimit{Burst: 1, Every: time.Minute}, time.Now)}
	addr := netip.MustParseAddr("192.0.2.7")
	if err := s.allow(t.Context(), "v", addr); err != nil {
		t.Fatal(err)
	}
	for who, err := range map[string]error{
		"the same visitor elsewhere":        s.allow(t.Context(), "v", netip.MustParseAddr("192.0.2.8")),
		"the same address without a cookie": s.allow(t.Context(), "", addr),
	} {
		e := explain(err)
		if err == nil || e.Kind != blog.RateLimited || e.RetryAfter <= 0 {
			t.Errorf("%s: %v", who, err)
		}
	}
	if err := s.allow(t.Context(), "w", netip.MustParseAddr("2001:db8::1")); err != nil {
		t.Error(err)
	}
	if err := s.allow(t.Context(), "x", netip.MustParseAddr("2001:db8::2")); err == nil {
		t.Error("a household with a /64 has an allowance per address")
	}
}
