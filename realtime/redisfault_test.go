package realtime_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"vang/realtime"
	"vang/testbed"
)

// Whatever was published while nobody listened is lost in Redis: a new subscription must say so.
func TestASubscriptionThatWasInterruptedTellsItsSubscribersAndGoesOn(t *testing.T) {
	for name, interrupt := range map[string]func(t *testing.T, r *testbed.Redis, p *testbed.Proxy){
		"Redis is killed and started again": func(t *testing.T, r *testbed.Redis, _ *testbed.Proxy) {
			r.Process().Kill()
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"Redis ends the connection": func(t *testing.T, r *testbed.Redis, _ *testbed.Proxy) {
			if answer, err := r.Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub"); err != nil || answer == ":0" {
				t.Fatal(answer, err)
			}
		},
		"the network breaks": func(_ *testing.T, _ *testbed.Redis, p *testbed.Proxy) { p.Cut() },
	} {
		t.Run(name, func(t *testing.T) {
			r := startRedis(t, testbed.RedisOptions{})
			p := startProxy(t, r)
			b, log := openBus(t, openClient(t, "redis://"+p.Addr))
			until(t, "subscribed", isUp(b))
			e := listenTo(t, b)
			e.forget()
			interrupt(t, r, p)
			until(t, "told of the interruption", e.heard(realtime.Wake{}))
			w := realtime.Wake{Epoch: "e", Topic: "after"}
			until(t, "a wake after it", func() bool { _ = b.Publish(t.Context(), w); return e.heard(w)() })
			if s := b.Stats(); s.Reconnects != 1 || s.Garbage != 0 {
				t.Errorf("%+v", s)
			}
			if text := log.String(); strings.Count(text, "do not arrive") != 1 || strings.Count(text, "arrive again") != 1 {
				t.Errorf("the log says\n%s", text)
			}
		})
	}
}

// A subscription that breaks as soon as it is there must not have each replica look at everything thirty times a second.
func TestSubscriptionsThatDoNotLastBecomeRare(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	p := startProxy(t, r)
	b, log := openBus(t, openClient(t, "redis://"+p.Addr))
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if b.Stats().Up {
			p.Cut()
		}
	}
	if n := b.Stats().Reconnects; n < 3 || n > 12 {
		t.Errorf("subscribed %d times more\n%s", n, log)
	}
}

func TestABlackHoleIsNoticedAndLeft(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	p := startProxy(t, r)
	b, log := openBus(t, openClient(t, "redis://"+p.Addr))
	until(t, "subscribed", isUp(b))
	e := listenTo(t, b)
	e.forget()
	begin := time.Now()
	p.Swallow()
	until(t, "noticed", func() bool { return !b.Stats().Up })
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("noticed after %v", took)
	}
	for range 3 {
		bounded(t, "publish", func() error { return b.Publish(t.Context(), realtime.Wake{Topic: "x"}) })
		bounded(t, "ping", func() error { return b.Ping(t.Context()) })
	}
	p.Pass()
	until(t, "told of the interruption", e.heard(realtime.Wake{}))
	if !strings.Contains(log.String(), "redis has said nothing") {
		t.Errorf("the log says\n%s", log)
	}
	if err := b.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// bounded runs what must fail within the time that anything waits for Redis.
func bounded(t *testing.T, what string, f func() error) {
	t.Helper()
	begin := time.Now()
	if err := f(); err == nil {
		t.Errorf("%s: no error", what)
	}
	if took := time.Since(begin); took > atMost {
		t.Errorf("%s took %v", what, took)
	}
}

func TestPublishingWaits200MillisecondsAtMost(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	for name, break_ := range map[string]func(*testbed.Proxy){
		"refused": (*testbed.Proxy).Refuse, "swallowed": (*testbed.Proxy).Swallow,
		"late": func(p *testbed.Proxy) { p.Delay(400 * time.Millisecond) },
	} {
		for _, connected := range []bool{true, false} {
			p := startProxy(t, r)
			b, _ := openBus(t, openClient(t, "redis://"+p.Addr))
			if connected {
				until(t, "subscribed", isUp(b))
				if err := b.Publish(t.Context(), realtime.Wake{}); err != nil {
					t.Fatal(err)
				}
			}
			break_(p)
			for range 3 {
				bounded(t, name, func() error { return b.Publish(t.Context(), realtime.Wake{Topic: "x"}) })
			}
		}
	}
}

func TestASlowRedisIsUsedAsLongAsItAnswersInTime(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	p := startProxy(t, r)
	p.Delay(40 * time.Millisecond)
	b, _ := openBus(t, openClient(t, "redis://"+p.Addr))
	until(t, "subscribed", isUp(b))
	e := listenTo(t, b)
	w := realtime.Wake{Epoch: "e", Topic: "slow"}
	until(t, "heard", func() bool { _ = b.Publish(t.Context(), w); return e.heard(w)() })
	p.Delay(400 * time.Millisecond) // too slow for questions, but what is subscribed stays so
	other := openClient(t, r.URL())
	late := `{"epoch":"e","topic":"late"}`
	if err := other.Publish(t.Context(), "vang:wake", late).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, "heard late", e.heard(realtime.Wake{Epoch: "e", Topic: "late"}))
	if s := b.Stats(); s.Reconnects != 0 {
		t.Errorf("%+v", s)
	}
}

func TestGarbageOnTheChannelDoesNoHarm(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	c := openClient(t, r.URL())
	// What others keep under our names is not what a channel is made of.
	if err := c.LPush(t.Context(), "vang:wake", "a list").Err(); err != nil {
		t.Fatal(err)
	}
	b, log := openBus(t, c)
	until(t, "subscribed", isUp(b))
	e := listenTo(t, b)
	e.forget()
	garbage := []string{
		"", " ", "null", "[]", "42", `"text"`, "{}", `{"epoch":"e"}`, `{"topic":null}`, `{"topic":7}`, `{"epoch":1,"topic":"t"}`,
		`{"topic":["t"]}`, `{"topic":"t"`, `{"topic":"t"}{"topic":"u"}`, "\x00\xff\xfe", "PING\r\n", "*1\r\n$4\r\nPING\r\n",
		`{"topic":"` + strings.Repeat("x", 1024) + `"}`, strings.Repeat("[", 1<<20), strings.Repeat("\xff", 4<<20),
	}
	for _, g := range garbage {
		if err := c.Publish(t.Context(), "vang:wake", g).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// Of another version: more is said than this one understands.
	newer := `{"epoch":"e","topic":"t","rev":12,"from":{"replica":"two"}}`
	if err := c.Publish(t.Context(), "vang:wake", newer).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, "heard", e.heard(realtime.Wake{Epoch: "e", Topic: "t"}))
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.wakes) != 1 {
		t.Errorf("heard %v", e.wakes)
	}
	if s := b.Stats(); s.Garbage != int64(len(garbage)) || s.Reconnects != 0 {
		t.Errorf("%+v, want %d", s, len(garbage))
	}
	if n := strings.Count(log.String(), "no wake"); n != 1 {
		t.Errorf("%d lines about %d messages", n, len(garbage))
	}
}

func TestThousandsOfMessagesAtOnceAreAllHeard(t *testing.T) {
	r := startRedis(t, testbed.RedisOptions{})
	c := openClient(t, r.URL())
	b, _ := openBus(t, c)
	until(t, "subscribed", isUp(b))
	release := make(chan struct{})
	e := &ear{}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		_ = b.Subscribe(ctx, func(w realtime.Wake) {
			<-release
			e.mu.Lock()
			defer e.mu.Unlock()
			e.wakes = append(e.wakes, w)
		})
	})
	defer running.Wait()
	defer cancel()
	pipe := c.Pipeline()
	for range 900 { // below what becomes "look at everything"
		pipe.Publish(t.Context(), "vang:wake", `{"epoch":"e","topic":"`+time.Now().String()+`"}`)
	}
	pipe.Publish(t.Context(), "vang:wake", `{"epoch":"e","topic":"last"}`)
	if _, err := pipe.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(release)
	until(t, "the last is heard", e.heard(realtime.Wake{Epoch: "e", Topic: "last"}))
	until(t, "so are all", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.wakes) >= 901
	})
	if s := b.Stats(); s.Reconnects != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAWrongPasswordIsToldAndMayBeMendedMeanwhile(t *testing.T) {
	for given, want := range map[string]string{"the-wrong-one": "refuses the password", "": "wants a password"} {
		t.Run(want, func(t *testing.T) {
			r := startRedis(t, testbed.RedisOptions{Password: "the-right-one"})
			address := "redis://" + r.Addr
			if given != "" {
				address = "redis://:" + given + "@" + r.Addr
			}
			b, log := openBus(t, openClient(t, address))
			until(t, "told", func() bool { return strings.Contains(log.String(), want) })
			if strings.Contains(log.String(), "the-wrong-one") {
				t.Errorf("the password is in the log:\n%s", log)
			}
			for what, err := range map[string]error{"publish": b.Publish(t.Context(), realtime.Wake{}), "ping": b.Ping(t.Context())} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if answer, err := r.Do(t.Context(), "CONFIG", "SET", "requirepass", given); err != nil {
				t.Fatal(answer, err)
			}
			until(t, "subscribed", isUp(b))
			if !strings.Contains(log.String(), "arrive again") {
				t.Errorf("the log says\n%s", log)
			}
		})
	}
}

// impostor is a server that answers everything with one text.
func impostor(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(2 * time.Second))
				for in := bufio.NewReader(c); ; {
					if _, err := in.ReadString('\n'); err != nil {
						return
					}
					if _, err := io.WriteString(c, answer); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	return l.Addr().String()
}

func TestWhatIsNoRedisDoesNoHarm(t *testing.T) {
	for _, answer := range []string{
		"HTTP/1.1 400 Bad Request\r\n\r\n", "+OK\r\n", "*0\r\n", "*1\r\n:1\r\n", "*3\r\n$7\r\nmessage\r\n$9\r\nvang:wake\r\n:1\r\n",
		"*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$2\r\nhi\r\n", "$-1\r\n", "%1\r\n+a\r\n+b\r\n", "-ERR no\r\n", "\x00\x00\x00\x00", "$99999999999\r\n",
	} {
		b, log := openBus(t, openClient(t, "redis://"+impostor(t, answer)))
		until(t, "told", func() bool { return strings.Contains(log.String(), "do not arrive") })
		_ = b.Publish(t.Context(), realtime.Wake{})
		if b.Stats().Up {
			t.Errorf("%q counts as a subscription", answer)
		}
		if err := b.Close(); err != nil {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestAddressesOfRedis(t *testing.T) {
	for address, want := range map[string]string{
		"redis://localhost": "localhost:6379", "redis://:pw@r:6380/2": "r:6380", "rediss://user:pw@r": "r:6379", "redis://[::1]:7": "[::1]:7",
	} {
		c := openClient(t, address)
		o := c.Options()
		if o.Addr != want || (o.TLSConfig != nil) != strings.HasPrefix(address, "rediss") {
			t.Errorf("%s: %s, TLS %t", address, o.Addr, o.TLSConfig != nil)
		}
		if o.MaxRetries > 0 || o.DialTimeout > 200*time.Millisecond || o.ReadTimeout > 200*time.Millisecond || !o.ContextTimeoutEnabled {
			t.Errorf("%s: %+v", address, o)
		}
	}
	for _, address := range []string{
		"", "localhost:6379", "http://:hunter2@r", "redis://:hunter2@r:port", "redis://:hunter2%@r", "redis://:hunter2@r/x", "redis://:hunter2@r/1/2",
		"unix:///tmp/redis.sock", "redis://u:hunter2@r\x7f", "redis://:hunter2@r?db=x", "redis://:hunter2@r?no_such=1",
		"redis://:hunter2@r:65536", "redis://:hunter2@r:0",
	} {
		_, err := realtime.OpenRedis(address)
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "redis://HOST:6379") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
