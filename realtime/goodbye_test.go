package realtime

import (
	"io"
	"net"
	"testing"
	"time"
)

// TestAGoodbyeBeforeTheSocketIsLive has a drain reach a connection that the hub knows and that waits for nothing yet: its
// peer answers nothing, and still it ends after the grace.
func TestAGoodbyeBeforeTheSocketIsLive(t *testing.T) {
	h := NewHub(newFakeSource(t), HubOptions{HelloTimeout: time.Hour, grace: 20 * time.Millisecond})
	ours, peer := net.Pipe()
	defer peer.Close()
	s := newSocket(ours, h, parseCursor)
	var err error
	if s.reader, err = h.open(s, Subscriber{Topic: "p"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range h.shut() {
		h.cut(r, codeRestart, "restarting")
	}
	s.begin(nil)
	_ = peer.SetReadDeadline(time.Now().Add(patience / 4))
	if _, err := io.Copy(io.Discard, peer); err != nil {
		t.Errorf("the connection stays open: %v", err)
		s.kill()
	}
	h.sockets.Wait()
	h.writers.running.Wait()
}

// TestAClockThatIsPutBack makes nobody a chatterer: those told so (1008) do not come back.
func TestAClockThatIsPutBack(t *testing.T) {
	s := &socket{left: chatter, last: time.Now().Add(time.Hour).UnixNano()}
	for range chatter {
		if !s.afford() {
			t.Fatal("a frame counted for more than one")
		}
	}
	if s.afford() {
		t.Error("there is no limit any more")
	}
	s.last -= 2 * int64(time.Second)
	if !s.afford() {
		t.Error("nothing is earned after the clock was put back")
	}
}
