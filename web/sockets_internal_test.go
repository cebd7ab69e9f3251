package web

import (
	"net/netip"
	"testing"
)

func TestTheDefaultLeavesFilesForTheRest(t *testing.T) {
	for files, want := range map[uint64]int{0: 15_000, 1024: 896, 20_000: 17_500, 1 << 20: 50_000, 1<<64 - 1: 50_000} {
		if got := defaultSockets(files); got != want {
			t.Errorf("of %d files %d are for sockets, want %d", files, got, want)
		}
	}
}

func TestWhoHasNoSocketIsForgotten(t *testing.T) {
	s := newSockets(Config{MaxSockets: -1, MaxClientSockets: -1})
	client := netip.MustParseAddr("192.0.2.1")
	for range 300 {
		release, _ := s.take(client)
		if release == nil {
			t.Fatal("refused without a limit")
		}
		release()
		release() // once counts
	}
	if s.open != 0 || len(s.of) != 0 {
		t.Errorf("%d open, %d clients kept", s.open, len(s.of))
	}
}
