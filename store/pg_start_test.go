package store_test

import (
	"errors"
	"testing"
	"time"

	"vang/blog"
	"vang/store"
	"vang/testbed"
)

// A network that goes silent while the store is opened must not keep it: who opens it is told to try again.
func TestOpeningDoesNotWaitForASilentNetwork(t *testing.T) {
	t.Parallel()
	server := store.Server.Postgres(t)
	p, err := testbed.NewProxy(server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	caught, release := p.Hold("P") // Parse: the first question of a connection that was made
	defer release()
	opened := make(chan error, 1)
	go func() {
		s, err := store.Open(t.Context(), store.Options{Address: server.URL(store.Server.Database(t), p.Addr)})
		if err == nil {
			_ = s.Close()
		}
		opened <- err
	}()
	select {
	case <-caught:
	case err := <-opened:
		t.Fatalf("nothing was asked: %v", err)
	}
	select {
	case err := <-opened:
		var trouble *blog.Error
		if !errors.As(err, &trouble) || trouble.Kind != blog.Unavailable || trouble.RetryAfter <= 0 {
			t.Errorf("the answer is %v: not one to try again after", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("ten seconds later it still waits for one answer")
	}
}
