package store

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// slowAnswer is after how long a host that was dialled is no longer tried first by others.
	slowAnswer = 250 * time.Millisecond
	// avoided is how long a host that did not answer is tried last.
	avoided = 10 * time.Second
	// farewell is how long a connection that broke may take to close. The driver would take 15 s, and that long the pool
	// would be smaller by one.
	farewell = time.Second
)

// pgHosts chooses the order in which the hosts of an address are dialled. The driver alone takes them as they are written:
// all connections lead to the first, and where that one swallows what it is sent no connection is ever made. At random, each
// connection would still wait for a host that swallows as often as chance has it.
type pgHosts struct {
	mu    sync.Mutex
	debts map[string]time.Time // since when a host owes an answer, by "host:port"
}

func newHosts() *pgHosts { return &pgHosts{debts: map[string]time.Time{}} }

// order prepares one attempt to connect: hosts in random order, those last that lately did not answer. The ways to one host,
// with TLS and without, stay in their order.
func (h *pgHosts) order(_ context.Context, config *pgx.ConnConfig) error {
	ways := []*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}
	groups := map[string][]*pgconn.FallbackConfig{}
	for _, way := range append(ways, config.Fallbacks...) {
		key := hostKey(way.Host, way.Port)
		groups[key] = append(groups[key], way)
	}
	ways = nil
	for _, key := range h.ranked(groups) {
		ways = append(ways, groups[key]...)
	}
	config.Host, config.Port, config.TLSConfig, config.Fallbacks = ways[0].Host, ways[0].Port, ways[0].TLSConfig, ways[1:]
	a := &attempt{hosts: h, lookup: config.LookupFunc, dial: config.DialFunc, names: map[string]string{}}
	config.LookupFunc, config.DialFunc = a.resolve, a.connect
	config.AfterConnect = a.connected
	return nil
}

// ranked returns the hosts in the order in which to try them.
func (h *pgHosts) ranked(groups map[string][]*pgconn.FallbackConfig) []string {
	keys := make([]string, 0, len(groups))
	ranks := map[string]int{}
	h.mu.Lock()
	for key := range groups {
		keys = append(keys, key)
		ranks[key] = rank(time.Since(h.debts[key]))
	}
	h.mu.Unlock()
	rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(ranks[a], ranks[b]) })
	return keys
}

// The order in which hosts are tried.
const (
	first = iota // those that owe nothing, or for so long that an attempt may find out how they are
	next         // those that are just being dialled
	last         // those that took too long
)

// rank is a host's place in the order, by how long it owes an answer.
func rank(owing time.Duration) int {
	switch {
	case owing >= avoided:
		return first
	case owing < slowAnswer:
		return next
	}
	return last
}

// owes notes that a host was asked at a time and has not answered.
func (h *pgHosts) owes(key string, since time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.debts[key] = since
}

func (h *pgHosts) answered(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.debts, key)
}

// owing tells whether a host is to be tried last.
func (h *pgHosts) owing(key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return rank(time.Since(h.debts[key])) == last
}

func hostKey(host string, port uint16) string { return net.JoinHostPort(host, strconv.Itoa(int(port))) }

// attempt is one attempt to connect, and the connection that came of it.
type attempt struct {
	hosts  *pgHosts
	lookup pgconn.LookupFunc
	dial   pgconn.DialFunc
	names  map[string]string // of the hosts, by IP address
	last   string            // the host dialled last
}

// resolve is the driver's LookupFunc. The driver bounds the time for connecting, but not that for finding out where.
func (a *attempt) resolve(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	addrs, err := a.lookup(ctx, name)
	for _, addr := range addrs {
		a.names[addr] = name
	}
	return addrs, err
}

// connect is the driver's DialFunc. The driver also dials to interrupt what a connection runs that it has given up. The
// server ends that by itself (statement_timeout), and one that is gone would keep the pool waiting.
func (a *attempt) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if address == (nowhere{}).String() {
		return nil, errors.New("statements are not interrupted")
	}
	a.last = address
	if ip, port, err := net.SplitHostPort(address); err == nil && a.names[ip] != "" {
		a.last = net.JoinHostPort(a.names[ip], port)
	}
	a.hosts.owes(a.last, time.Now())
	conn, err := a.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return hurriedConn{conn}, nil
}

// attemptName is where a connection keeps the attempt that it came of.
const attemptName = "vang.attempt"

func (a *attempt) connected(_ context.Context, c *pgconn.PgConn) error {
	a.hosts.answered(a.last)
	c.CustomData()[attemptName] = a
	return nil
}

// doubtful tells whether to ask a connection for a sign of life before it is used: one that has rested, and one whose host
// has left another connection without an answer. To find out by a statement would take as long as a try.
func (h *pgHosts) doubtful(_ context.Context, p pgxpool.ShouldPingParams) bool {
	a, known := p.Conn.PgConn().CustomData()[attemptName].(*attempt)
	return p.IdleDuration > time.Second || known && h.owing(a.last)
}

// leave prepares a connection's end. The host of one that broke is tried last for a while.
func leave(c *pgx.Conn) {
	if a, ok := c.PgConn().CustomData()[attemptName].(*attempt); ok && c.IsClosed() {
		a.hosts.owes(a.last, time.Now().Add(-slowAnswer))
	}
	_ = c.PgConn().Conn().SetDeadline(time.Now().Add(farewell))
}

// hurriedConn is a connection that takes no longer than farewell to close.
type hurriedConn struct{ net.Conn }

// SetDeadline is called by the driver with the present, when a statement's time is over, and with a time in the future
// only when it closes.
func (c hurriedConn) SetDeadline(t time.Time) error {
	if end := time.Now().Add(farewell); t.After(end) {
		t = end
	}
	return c.Conn.SetDeadline(t)
}

// RemoteAddr is called by the driver only to dial it once more, to interrupt what the connection runs.
func (c hurriedConn) RemoteAddr() net.Addr { return nowhere{} }

// nowhere is an address that is not dialled.
type nowhere struct{}

func (nowhere) Network() string { return "tcp" }
func (nowhere) String() string  { return "nowhere" }
