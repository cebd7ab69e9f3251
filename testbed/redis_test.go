package testbed

import (
	"strings"
	"testing"
)

func TestRedisKeepsWhatItTookThroughACrash(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	r, err := StartRedis(ctx, dir, RedisOptions{Password: `a "b" c\d`})
	Need(t, err)
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	if answer, err := r.Do(ctx, "SET", "k", "value"); err != nil || answer != "+OK" {
		t.Fatalf("%q, %v", answer, err)
	}
	addr, first := r.Addr, r.Process()
	first.Kill()
	if _, err := r.Do(ctx, "PING"); err == nil {
		t.Error("a killed server answers")
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if answer, err := r.Do(ctx, "STRLEN", "k"); err != nil || answer != ":5" || r.Addr != addr || r.Process() == first {
		t.Errorf("%q, %v at %s", answer, err, r.Addr)
	}
	stranger := &Redis{Addr: r.Addr}
	if _, err := stranger.Do(ctx, "GET", "k"); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("without the password: %v", err)
	}
	if want := `redis://:a%20%22b%22%20c%5Cd@` + r.Addr + "/0"; r.URL() != want {
		t.Errorf("%s, want %s", r.URL(), want)
	}
}
