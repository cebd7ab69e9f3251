package realtime

import (
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func TestIdleSocketsHaveNoGoroutines(t *testing.T) {
	s := newSite(t, HubOptions{})
	const n = 200
	var open []*client
	before := 0
	for i := range n {
		if i == 1 {
			s.joined(1)
			before = runtime.NumGoroutine()
		}
		open = append(open, s.knock("", fromClient(0x81, "e1.0")...))
	}
	s.joined(n)
	eventually(t, "hardly a goroutine more", func() bool { return runtime.NumGoroutine() < before+n/10 })
	for _, c := range open {
		_ = c.Close()
	}
	s.sockets(0)
	s.hub.poller.mu.Lock()
	defer s.hub.poller.mu.Unlock()
	if s.hub.poller.set != nil {
		t.Error("the set outlives its last member")
	}
}

func TestTheSystemNoticesPeersThatVanish(t *testing.T) {
	s := newSite(t, HubOptions{Heartbeat: time.Second, WriteTimeout: 2 * time.Second})
	s.knock("&since=e1.0")
	s.joined(1)
	timeout := 0
	err := s.transport().line.raw.Control(func(fd uintptr) {
		timeout, _ = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout)
	})
	if err != nil || timeout != 3000 {
		t.Errorf("TCP_USER_TIMEOUT %d ms, %v; want 3000", timeout, err)
	}
}

func TestASocketThatCannotBeWatchedHasAGoroutine(t *testing.T) {
	s := newSite(t, HubOptions{})
	none, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = none.Close() }()
	s.hub.poller.set = &pollSet{file: none, fd: -1, members: map[int32]*socket{}} // such as beyond max_user_watches
	c := s.knock("", fromClient(0x81, "e1.0")...)
	s.joined(1)
	if isPolled(s.transport()) {
		t.Error("a socket that is in no set counts as polled")
	}
	s.change("xin chào", "")
	c.want(opText, "html|set|1|a|xin chào")
	c.say(fromClient(0x88, ""))
	c.want(opClose, "")
	c.wantEnd()
	<-s.ended
	next := s.knock("", fromClient(0x81, "e1.1")...)
	s.joined(1)
	if !isPolled(s.transport()) {
		t.Error("the next has no new set")
	}
	_ = next.Close()
	s.sockets(0)
}

func isPolled(s *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.polled
}
