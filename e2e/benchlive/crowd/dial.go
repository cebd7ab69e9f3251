package crowd

import (
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

const (
	// segment is what a connection over a real network takes at a time. Loopback's 64 kB would give each connection a send buffer
	// of 2.6 MB at the server, behind which a reader that is stuck is not noticed for long.
	segment = 1448
	// tinyBuffer is the receive buffer of a stuck reader; the kernel makes it 2.3 kB.
	tinyBuffer = 1024
	// sources is how many addresses of loopback a crowd comes from: each has 28,000 ports.
	sources = 8
)

// dial begins to connect the nth socket and does not wait for it.
func dial(addr string, n int, stuck bool) (fd int, err error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return 0, err
	}
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EMFILE) {
		return 0, fmt.Errorf("%w: ulimit -n tells how many there may be", err)
	}
	if err != nil {
		return 0, err
	}
	options := []struct{ level, name, value int }{
		{unix.IPPROTO_TCP, unix.TCP_MAXSEG, segment},
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1},
	}
	if stuck {
		options = append(options, struct{ level, name, value int }{unix.SOL_SOCKET, unix.SO_RCVBUF, tinyBuffer})
	}
	for _, o := range options {
		err = errors.Join(err, unix.SetsockoptInt(fd, o.level, o.name, o.value))
	}
	err = errors.Join(err, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + n%sources)}}))
	if err == nil {
		err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	}
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		return 0, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}
