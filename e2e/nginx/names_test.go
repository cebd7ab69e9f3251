package nginx

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"vang/testbed"
)

// names is a name server that knows one name, as Docker's knows that of a service with its replicas.
type names struct {
	addr string

	mu    sync.Mutex
	known [][4]byte // nil: there is no such name
}

func resolver(t *testing.T) *names {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{addr: conn.LocalAddr().String()}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, err := n.answer(buf[:size]); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	return n
}

func (n *names) set(addrs ...[4]byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known = addrs
}

func (n *names) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) == 0 {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	m.Response, m.Additionals = true, nil
	if n.known == nil {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range n.known {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 600},
			Body:   &dnsmessage.AResource{A: a},
		})
	}
	return m.Pack()
}

// at serves its own address at port on one of the addresses of loopback, as containers do on theirs.
func at(t *testing.T, ip, port string) *http.Server {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(ip, port))
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(ip)) })}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestReplicasByName(t *testing.T) {
	t.Parallel()
	version, err := testbed.NginxVersion(t.Context())
	testbed.Need(t, err)
	if older(version, 1, 27, 3) {
		// Not a matter for CI: Debian 12's is older, and the image that compose.yaml names is newer.
		t.Skipf("LEFT OUT: replicas by name: Nginx here is %s, 1.27.3 or later can", version)
	}
	dns := resolver(t)
	_, port, _ := net.SplitHostPort(free(t))
	set := variables{"EDGE_RESOLVER": dns.addr}
	// A name that nobody knows blocks neither start nor reload.
	e := before(t, set, "vang.test:"+port)
	if a := e.get(t, "/"); a.Status != http.StatusBadGateway {
		t.Errorf("without a replica: %d", a.Status)
	}
	if err := e.Reload(t.Context()); err != nil {
		t.Error(err)
	}
	serving := func(want ...string) {
		t.Helper()
		await(t, 15*time.Second, "it takes notice", func() bool {
			seen := map[string]bool{}
			for range 8 {
				a, err := send(context.WithoutCancel(t.Context()), "GET", e.URL+"/", "")
				if err != nil || a.Status != http.StatusOK {
					return false
				}
				seen[a.Body] = true
			}
			for _, ip := range want {
				if !seen[ip] {
					return false
				}
			}
			return len(seen) == len(want)
		})
	}
	one, two := [4]byte{127, 0, 0, 2}, [4]byte{127, 0, 0, 3}
	first := at(t, "127.0.0.2", port)
	dns.set(one)
	serving("127.0.0.2")
	at(t, "127.0.0.3", port) // --scale
	dns.set(one, two)
	serving("127.0.0.2", "127.0.0.3")
	_ = first.Close() // dead before the name server knows
	for range 10 {
		if a := e.get(t, "/"); a.Status != http.StatusOK || a.Took > time.Second {
			t.Errorf("one of two is dead: %d after %v", a.Status, a.Took)
		}
	}
	dns.set(two)
	serving("127.0.0.3")
	dns.set()
	if err := e.Reload(t.Context()); err != nil {
		t.Error(err)
	}
}
