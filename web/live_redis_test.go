package web_test

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"vang/realtime"
	"vang/testbed"
)

// latest is how late a comment may come without Redis, with a second for a busy machine.
const latest = 2500 * time.Millisecond

// TestReadersHearEachOtherWhileRedisIsAway has one replica's readers follow a discussion through outages, and changes that
// another replica made, of which no wake tells.
func TestReadersHearEachOtherWhileRedisIsAway(t *testing.T) {
	r, err := testbed.StartRedis(t.Context(), t.TempDir(), testbed.RedisOptions{})
	testbed.Need(t, err)
	t.Cleanup(func() { r.Process().Kill() })
	net, err := testbed.NewProxy(r.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(net.Close)
	a := newAPI(t)
	a.onRedis(t, "redis://"+net.Addr)
	ann := a.program()
	l := a.program().listen("post=first&since="+a.program().list("post=first").Meta.Cursor, realtime.Protocol)
	hears := func(when, body string) {
		t.Helper()
		begin := time.Now()
		c := ann.say(201, "first", "", body)
		if heard := l.change(); heard.Comment == nil || heard.Comment.ID != c.ID {
			t.Errorf("%s: heard %s", when, heard.raw)
		}
		if took := time.Since(begin); took > latest {
			t.Errorf("%s: heard after %v", when, took)
		}
	}
	hears("with Redis", "one")
	net.Swallow()
	for _, body := range []string{"two", "three", "four"} {
		hears("silent", body)
	}
	net.Pass()
	hears("just back", "five")
	net.Refuse()
	hears("refused", "six")
	a.wake = func(string) {} // another replica's
	hears("without any wake", "seven")
	if err := net.Accept(); err != nil {
		t.Fatal(err)
	}
	hears("back again", "eight")
}

// onRedis has a's wakes go over a Redis, as they do in a cluster.
func (a *api) onRedis(t *testing.T, address string) {
	t.Helper()
	client, err := realtime.OpenRedis(address)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	bus := realtime.NewRedisBus(client, log)
	publisher := realtime.NewPublisher(bus, log, func(w realtime.Wake) { a.hub.Wake(w.Topic) })
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = a.hub.Follow(ctx, bus) })
	running.Go(func() { _ = publisher.Run(ctx) })
	a.wake = func(id string) { a.server.Stale(id); publisher.Announce(realtime.Wake{Epoch: "e", Topic: id}) }
	t.Cleanup(func() {
		cancel()
		running.Wait()
		_ = bus.Close()
		_ = client.Close()
	})
}
