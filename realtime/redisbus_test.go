package realtime_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vang/realtime"
	"vang/realtime/bustest"
	"vang/testbed"
)

const (
	patience = 10 * time.Second
	// atMost is what waiting for Redis may take: 200 ms and what a busy machine adds.
	atMost = 350 * time.Millisecond
)

func startRedis(t *testing.T, o testbed.RedisOptions) *testbed.Redis {
	t.Helper()
	r, err := testbed.StartRedis(t.Context(), t.TempDir(), o)
	testbed.Need(t, err)
	t.Cleanup(func() { r.Process().Kill() })
	return r
}

// startProxy puts a network in front of r that can be told to misbehave.
func startProxy(t *testing.T, r *testbed.Redis) *testbed.Proxy {
	t.Helper()
	p, err := testbed.NewProxy(r.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func openClient(t *testing.T, address string) *redis.Client {
	t.Helper()
	c, err := realtime.OpenRedis(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// openBus returns a bus at once; closed with the test.
func openBus(t *testing.T, c *redis.Client) (*realtime.RedisBus, *lines) {
	t.Helper()
	log := &lines{}
	b := realtime.NewRedisBus(c, slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { _ = b.Close() })
	return b, log
}

// lines is a log that tests read.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

func isUp(b *realtime.RedisBus) func() bool { return func() bool { return b.Stats().Up } }

// ear is a subscription and what it heard.
type ear struct {
	mu    sync.Mutex
	wakes []realtime.Wake
}

func listenTo(t *testing.T, b realtime.Bus) *ear {
	t.Helper()
	e := &ear{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = b.Subscribe(ctx, func(w realtime.Wake) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.wakes = append(e.wakes, w)
		})
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return e
}

func (e *ear) heard(w realtime.Wake) func() bool {
	return func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return slices.Contains(e.wakes, w)
	}
}

func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.wakes = nil
}

func TestRedisBus(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{Password: "a secret"})
	bustest.Run(t, func(t *testing.T) realtime.Bus {
		b, _ := openBus(t, openClient(t, r.URL()))
		until(t, "subscribed", isUp(b)) // later, the zero Wake of the beginning would stand for every wake
		return b
	})
}

func TestAWakeReachesTheOtherReplica(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	here, _ := openBus(t, openClient(t, r.URL()))
	there, _ := openBus(t, openClient(t, r.URL()))
	until(t, "both subscribed", func() bool { return here.Stats().Up && there.Stats().Up })
	e := listenTo(t, there)
	w := realtime.Wake{Epoch: "e1", Topic: `a "post" & <đậm>`}
	until(t, "heard", func() bool {
		if err := here.Publish(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		return e.heard(w)()
	})
}

func TestBlogsInDatabasesOfTheirOwnDoNotHearEachOther(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	first, _ := openBus(t, openClient(t, "redis://"+r.Addr))
	second, _ := openBus(t, openClient(t, "redis://"+r.Addr+"/1"))
	until(t, "both subscribed", func() bool { return first.Stats().Up && second.Stats().Up })
	e := listenTo(t, second)
	theirs, ours := realtime.Wake{Epoch: "e1", Topic: "theirs"}, realtime.Wake{Epoch: "e2", Topic: "ours"}
	until(t, "heard", func() bool {
		for _, err := range []error{first.Publish(t.Context(), theirs), second.Publish(t.Context(), ours)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return e.heard(ours)()
	})
	if e.heard(theirs)() {
		t.Error("the wake of another database came through")
	}
}
