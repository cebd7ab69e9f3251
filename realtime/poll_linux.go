package realtime

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// poller reads for all TCP connections with one goroutine, which sleeps until any of them has something to say: a goroutine
// for each makes 5.9 kB of the 2.5 that an open page costs (docs/decisions/086). There is an epoll set, and the goroutine, as long as it has members.
type poller struct {
	mu  sync.Mutex
	set *pollSet
}

// pollSet is one epoll set. The runtime watches it as it watches sockets, so that waiting for it takes no thread.
type pollSet struct {
	file    *os.File
	fd      int
	members map[int32]*socket // by descriptor; guarded by poller.mu
}

// watch has s read by the poller, so that kill is what ends it. false says that s needs a goroutine.
func (p *poller) watch(s *socket) bool {
	if s.line.raw == nil || s.hub.opt.goroutines || !s.setPolled(true) {
		return false
	}
	var failed error
	// Where Control itself fails, the connection is closed, and kill, which closed it, saw that it was polled.
	_ = s.line.raw.Control(func(fd uintptr) {
		if failed = noticeSilence(fd, s.hub.opt.Heartbeat+s.hub.opt.WriteTimeout); failed == nil {
			failed = p.add(int32(fd), s)
		}
	})
	if failed != nil {
		s.hub.opt.Log.Debug("a connection has a goroutine of its own", "error", failed)
		return !s.setPolled(false)
	}
	if s.ended() {
		p.forget(s) // for the end may have come before add
	}
	return true
}

// setPolled says who reads, unless the connection has ended.
func (s *socket) setPolled(polled bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.polled = polled
	return true
}

func (s *socket) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// userTimeout is TCP_USER_TIMEOUT, which the standard library does not name (linux/tcp.h).
const userTimeout = 18

// noticeSilence has the system end the connection once what was sent has not been confirmed for so long, so that a peer that
// vanishes is noticed at the latest a heartbeat and this long afterwards.
func noticeSilence(fd uintptr, d time.Duration) error {
	if err := syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(d.Milliseconds())); err != nil {
		return fmt.Errorf("set TCP_USER_TIMEOUT: %w", err)
	}
	return nil
}

// add makes fd a member of the set, which it begins if there is none.
func (p *poller) add(fd int32, s *socket) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set == nil {
		set, err := newPollSet()
		if err != nil {
			return err
		}
		p.set = set
		s.hub.writers.running.Go(func() { p.run(set) })
	}
	p.set.members[fd] = s
	s.fd = fd
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: fd}
	if err := syscall.EpollCtl(p.set.fd, syscall.EPOLL_CTL_ADD, int(fd), &event); err != nil {
		p.remove(fd)
		return fmt.Errorf("watch a connection: %w", err)
	}
	return nil
}

// forget takes s out before its descriptor is closed, and may then be another's. The close takes it out of the set.
func (p *poller) forget(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set != nil && p.set.members[s.fd] == s {
		p.remove(s.fd)
	}
}

// remove needs p.mu. The last member's leave ends the set.
func (p *poller) remove(fd int32) {
	delete(p.set.members, fd)
	if len(p.set.members) == 0 {
		_ = p.set.file.Close()
		p.set = nil
	}
}

func newPollSet() (*pollSet, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make an epoll set: %w", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil { // what is not, the runtime does not watch
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("make an epoll set: %w", err)
	}
	return &pollSet{file: os.NewFile(uintptr(fd), "epoll"), fd: fd, members: map[int32]*socket{}}, nil
}

const (
	pollEvents = 128     // taken at once
	pollRead   = 8 << 10 // bytes of one connection at once
)

// run reads whatever comes until the set is closed.
func (p *poller) run(set *pollSet) {
	raw, err := set.file.SyscallConn()
	if err != nil {
		return
	}
	in := newInlet()
	events := make([]syscall.EpollEvent, pollEvents)
	for {
		n := 0
		var failed error
		err := raw.Read(func(fd uintptr) bool {
			for { // to wait after EINTR would be to wait for news while there are some
				if n, failed = syscall.EpollWait(int(fd), events, 0); !errors.Is(failed, syscall.EINTR) {
					return n != 0
				}
			}
		})
		if err != nil { // closed
			return
		}
		for _, e := range events[:max(n, 0)] {
			if s := p.member(set, e.Fd); s != nil {
				in.read(s)
			}
		}
	}
}

func (p *poller) member(set *pollSet, fd int32) *socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	return set.members[fd]
}

// inlet reads from one connection after another.
type inlet struct {
	try func(fd uintptr) bool
	buf [pollRead]byte
	n   int
	err error
}

func newInlet() *inlet {
	in := &inlet{}
	in.try = func(fd uintptr) bool {
		in.n, in.err = syscall.Read(int(fd), in.buf[:])
		return true // whether there was something or not: the set tells when to ask again
	}
	return in
}

func (in *inlet) read(s *socket) {
	err := s.line.raw.Read(in.try)
	switch {
	case err != nil:
		return // closed meanwhile, by who told the hub
	case in.n > 0:
		s.receive(in.buf[:in.n])
	case in.n == 0 || !errors.Is(in.err, syscall.EAGAIN) && !errors.Is(in.err, syscall.EINTR):
		s.kill()
	}
}
