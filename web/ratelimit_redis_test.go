package web

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vang/realtime"
	"vang/testbed"
)

// limitedBy returns the limiters of n replicas that share a Redis, each with buckets of its own to fall back on.
func limitedBy(t *testing.T, limit RateLimit, n int) (replicas []*shared, client *redis.Client, net *testbed.Proxy) {
	t.Helper()
	r, err := testbed.StartRedis(t.Context(), t.TempDir(), testbed.RedisOptions{})
	testbed.Need(t, err)
	t.Cleanup(func() { r.Process().Kill() })
	if net, err = testbed.NewProxy(r.Addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Close)
	if client, err = realtime.OpenRedis("redis://" + net.Addr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	for i := range n {
		// Their clocks differ by hours, as no replica's may.
		now := func() time.Time { return time.Now().Add(time.Duration(i) * time.Hour) }
		f := &fuse{log: slog.New(slog.DiscardHandler)}
		replicas = append(replicas, newShared(client, f, []byte("secret"), newLimiter(limit, now).(*buckets)))
	}
	return replicas, client, net
}

// takes spends one of each key's allowance; the wait is rounded to what a slow machine may blur.
func takes(t *testing.T, l limiter, keys ...string) time.Duration {
	t.Helper()
	wait, err := l.take(t.Context(), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return wait.Round(10 * time.Second)
}

func TestReplicasCountTogetherWhateverTheirClocks(t *testing.T) {
	replicas, client, _ := limitedBy(t, RateLimit{Burst: 3, Every: time.Minute}, 3)
	for i, l := range replicas {
		if wait := takes(t, l, "addr:192.0.2.1", "visitor:v"); wait != 0 {
			t.Errorf("comment %d waits %v", i+1, wait)
		}
	}
	for _, l := range replicas {
		if wait := takes(t, l, "addr:192.0.2.1", "visitor:other"); wait != time.Minute {
			t.Errorf("the fourth waits %v", wait)
		}
		if wait := takes(t, l, "addr:192.0.2.9"); wait != 0 {
			t.Errorf("another address waits %v", wait)
		}
	}
	if wait := takes(t, replicas[0], "visitor:other"); wait != 0 {
		t.Error("a refusal at one key cost the other")
	}
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 4 {
		t.Errorf("%v, %v", keys, err)
	}
	for _, k := range keys {
		left := client.PTTL(t.Context(), k).Val()
		if !strings.HasPrefix(k, "vang:limit:") || strings.Contains(k, "192.0.2") || left <= 0 || left > 3*time.Minute {
			t.Errorf("%s lives %v", k, left)
		}
	}
}

func TestManyAtOnceGetNoMoreThanTheirAllowance(t *testing.T) {
	const burst = 20
	replicas, _, _ := limitedBy(t, RateLimit{Burst: burst, Every: time.Hour}, 2)
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 10 {
				if wait, err := replicas[i%2].take(t.Context(), "k"); err == nil && wait == 0 {
					allowed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := allowed.Load(); n != burst || replicas[0].fallbacks.total.Load() > 0 {
		t.Errorf("%d were allowed, want %d; %d fell back", n, burst, replicas[0].fallbacks.total.Load())
	}
}

func TestAllowanceReturnsWithTimeAndWhenGivenBack(t *testing.T) {
	replicas, client, _ := limitedBy(t, RateLimit{Burst: 2, Every: 100 * time.Millisecond}, 1)
	l := replicas[0]
	for range 2 {
		takes(t, l, "k")
	}
	wait, err := l.take(t.Context(), "k")
	if err != nil || wait <= 0 || wait > 100*time.Millisecond {
		t.Fatalf("%v, %v", wait, err)
	}
	time.Sleep(wait + 5*time.Millisecond)
	if wait, _ := l.take(t.Context(), "k"); wait != 0 {
		t.Errorf("who waited as told still waits %v", wait)
	}
	slow, _, _ := limitedBy(t, RateLimit{Burst: 2, Every: time.Minute}, 1)
	l = slow[0]
	for range 5 {
		if wait := takes(t, l, "k"); wait != 0 {
			t.Errorf("what was given back is not there: %v", wait)
		}
		if err := l.give(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 { // given back more than taken
		if err := l.give(t.Context(), "k", "never"); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []time.Duration{0, 0, time.Minute} {
		if wait := takes(t, l, "k"); wait != want {
			t.Errorf("comment %d waits %v, want %v", i+1, wait, want)
		}
	}
	if n := client.DBSize(t.Context()).Val(); n > 1 {
		t.Errorf("%d keys are left", n)
	}
}

// A time from before Redis' clock was set back is the answer once, not until that time comes.
func TestAClockOfRedisSetBackStopsNobodyForLong(t *testing.T) {
	replicas, client, _ := limitedBy(t, RateLimit{Burst: 2, Every: 100 * time.Millisecond}, 1)
	l, ctx := replicas[0], t.Context()
	tomorrow := strconv.FormatInt(time.Now().Add(24*time.Hour).UnixMicro(), 10)
	if err := client.Set(ctx, l.names([]string{"k"})[0], tomorrow, 0).Err(); err != nil {
		t.Fatal(err)
	}
	wait, err := l.take(ctx, "k")
	if err != nil || wait <= 0 || wait > 100*time.Millisecond {
		t.Fatalf("%v, %v", wait, err)
	}
	time.Sleep(wait + 5*time.Millisecond) // of Redis' clock, which no test can turn
	if wait, _ := l.take(ctx, "k"); wait != 0 {
		t.Errorf("who waited as told still waits %v", wait)
	}
}

func TestLimitsGoOnWithoutRedisAndComeTogetherAgain(t *testing.T) {
	for name, outage := range map[string]struct{ begin, end func(*testbed.Proxy) }{
		"refused": {(*testbed.Proxy).Refuse, func(p *testbed.Proxy) { _ = p.Accept() }},
		"silent":  {(*testbed.Proxy).Swallow, (*testbed.Proxy).Pass},
		"late":    {func(p *testbed.Proxy) { p.Delay(time.Second) }, func(p *testbed.Proxy) { p.Delay(0) }},
	} {
		t.Run(name, func(t *testing.T) {
			replicas, _, net := limitedBy(t, RateLimit{Burst: 2, Every: time.Hour}, 2)
			takes(t, replicas[0], "k")
			outage.begin(net)
			for _, l := range replicas {
				var waits []time.Duration
				begin := time.Now()
				for range 3 {
					waits = append(waits, takes(t, l, "k"))
				}
				if took := time.Since(begin); took > redisWait+200*time.Millisecond {
					t.Errorf("three asked for %v", took)
				}
				if waits[0] != 0 || waits[1] != 0 || waits[2] == 0 {
					t.Errorf("by itself a replica says %v", waits)
				}
				if n := l.fallbacks.total.Load(); n != 3 {
					t.Errorf("%d fallbacks are counted", n)
				}
			}
			outage.end(net)
			for end := time.Now().Add(10 * time.Second); replicas[0].fallbacks.total.Load() == 3 || time.Now().After(end); {
				if wait := takes(t, replicas[0], "k"); wait == 0 {
					break // the second of Redis' two
				}
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
}

// What stands under our names and is not ours must neither stop anybody for long nor break anything.
func TestLimitsSurviveWhatOthersKeepUnderTheirNames(t *testing.T) {
	replicas, client, _ := limitedBy(t, RateLimit{Burst: 1, Every: time.Minute}, 1)
	l, ctx := replicas[0], t.Context()
	key := l.names([]string{"k"})[0]
	tomorrow := strconv.FormatInt(time.Now().Add(24*time.Hour).UnixMicro(), 10) // written before the clock was set back
	for _, value := range []string{tomorrow, "", "text", "nan", "-nan", "-inf", "-1", "0x10", "1e400", "99999999999999999999", "inf", strings.Repeat("9", 100000)} {
		if err := client.Set(ctx, key, value, 0).Err(); err != nil {
			t.Fatal(err)
		}
		if wait := takes(t, l, "k"); wait < 0 || wait > time.Minute {
			t.Errorf("%.20q: waits %v", value, wait)
		}
		if err := l.give(ctx, "k"); err != nil {
			t.Errorf("%.20q: %v", value, err)
		}
	}
	if n := l.fallbacks.total.Load(); n != 0 {
		t.Errorf("%d fallbacks for values that can be mended", n)
	}
	client.Del(ctx, key)
	if err := client.LPush(ctx, key, "a list").Err(); err != nil {
		t.Fatal(err)
	}
	if wait := takes(t, l, "k"); wait != 0 || l.fallbacks.total.Load() != 1 {
		t.Errorf("a list: waits %v, %d fallbacks", wait, l.fallbacks.total.Load())
	}
	if err := l.give(ctx, "k"); err != nil {
		t.Error(err)
	}
	if wait := takes(t, l, "another"); wait != 0 || l.fallbacks.total.Load() != 1 {
		t.Error("one odd key stopped the others")
	}
}

func TestARequestThatIsOverLimitsNobody(t *testing.T) {
	replicas, _, _ := limitedBy(t, RateLimit{Burst: 1, Every: time.Hour}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := replicas[0].take(ctx, "gone"); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if wait := takes(t, replicas[0], "k"); wait != 0 {
		t.Error("blown by one who left")
	}
	if n := replicas[0].fallbacks.total.Load(); n != 1 {
		t.Errorf("%d fallbacks", n)
	}
}
