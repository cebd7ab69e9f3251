package web

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"sync"
)

const (
	// clientSockets is the default for one client: the tabs of a household, or of an office behind one address.
	clientSockets = 200
	// mostSockets is the default for all where the process may open more files than that: some 150 MB of memory, and
	// as much again or more of the system's.
	mostSockets = 50_000
	// unknownSockets is the default for all where the system does not tell how many files may be open.
	unknownSockets = 15_000
)

// sockets counts open WebSockets and knows how many there may be.
type sockets struct {
	all, each int // limits; below 0: none

	mu   sync.Mutex
	open int
	of   map[netip.Prefix]int // by the network of one client; those who have none open are not in it
}

func newSockets(c Config) *sockets {
	s := &sockets{all: c.MaxSockets, each: c.MaxClientSockets, of: map[netip.Prefix]int{}}
	if s.all == 0 {
		s.all = defaultSockets(openFiles())
	}
	if s.each == 0 {
		s.each = clientSockets
	}
	return s
}

// defaultSockets leaves an eighth of the files that may be open to requests, the database and the rest.
func defaultSockets(files uint64) int {
	if files == 0 {
		return unknownSockets
	}
	return int(min(files-files/8, mostSockets))
}

// take counts a socket in, or says with which status to refuse it. Loopback is as many clients as there are behind a proxy
// that is not trusted, and no stranger: only the limit for all holds for it.
func (s *sockets) take(client netip.Addr) (release func(), status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	network := networkOf(client)
	if s.all >= 0 && s.open >= s.all {
		return nil, http.StatusServiceUnavailable
	}
	if s.each >= 0 && s.of[network] >= s.each && !client.IsLoopback() {
		return nil, http.StatusTooManyRequests
	}
	s.open++
	s.of[network]++
	return (&place{sockets: s, network: network}).give, 0
}

// place is an open socket's among all: what web keeps for one, and nothing of its request.
type place struct {
	sockets *sockets
	network netip.Prefix
	free    bool // guarded by sockets.mu
}

// give counts the socket out, once.
func (p *place) give() {
	s := p.sockets
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.free {
		return
	}
	p.free = true
	s.open--
	if s.of[p.network]--; s.of[p.network] == 0 {
		delete(s.of, p.network)
	}
}

// networkOf is the address, or for IPv6 the /64 that one household has, as limitedNet names it.
func networkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // of no address: none
	return p
}

// socketsRetry is when one who was refused a socket should ask again, in seconds: pages do not hurry, they can be read
// without one.
const socketsRetry = "30"

// tooManySockets answers before the upgrade, in plain words: a browser's script never sees them, a person with a tool does.
func tooManySockets(w http.ResponseWriter, status int) error {
	h := w.Header()
	h.Set("Retry-After", socketsRetry)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	text := "This server has as many open WebSockets as it can serve. Come again later."
	if status == http.StatusTooManyRequests {
		text = "Your address has as many open WebSockets as one client may have. Close some first."
	}
	_, _ = io.WriteString(w, fmt.Sprintln(text))
	return nil
}
