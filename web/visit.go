package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"

	"vang/blog"
	"vang/posts"
)

// visit is what the outermost middleware knows of a request and the inner ones add to.
type visit struct {
	id      string        // of the request, for the log and for readers who report an error
	addr    netip.Addr    // of the client, by trusted proxies' word
	proxied bool          // whether a trusted proxy handed the request on
	proxyID bool          // whether id is that proxy's, the same for its retries
	secure  bool          // whether the client came over HTTPS
	pattern string        // of the route
	group   group         // of the route
	routed  *http.Request // as the route's handler got it
	content *posts.Snapshot
	year    int          // in which it came
	session *session     // nil: none came or none known; away if the session store did not answer
	sealed  string       // the visitor that the cookie itself proves; "" if it does not
	away    bool         // a cookie came, and the session store did not answer
	waited  atomic.Int64 // nanoseconds, for Redis
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// requestID is the id of the request that ctx belongs to.
func requestID(ctx context.Context) string { return visitOf(ctx).id }

// pinned is the content as it was when the request came: a page and its key must not be of two snapshots.
func (s *Server) pinned(ctx context.Context) *posts.Snapshot {
	if v := visitOf(ctx); v.content != nil {
		return v.content
	}
	return s.snapshot()
}

// newVisit looks at a request that has just come in.
func (s *Server) newVisit(r *http.Request) *visit {
	peer := peerAddr(r)
	v := &visit{addr: peer, proxied: s.trusts(peer), secure: r.TLS != nil}
	if v.proxied {
		v.addr = s.forwardedAddr(r, peer)
		v.secure = v.secure || strings.EqualFold(nearest(r.Header, "X-Forwarded-Proto"), "https")
		if id := nearest(r.Header, "X-Request-Id"); wellShapedID(id) {
			v.id, v.proxyID = id, true
		}
	}
	if v.id == "" {
		v.id = blog.NewID()
	}
	return v
}

// nearest is what the proxy that handed the request on says. Should it have added to what came instead of replacing it, its
// own word is the last.
func nearest(h http.Header, name string) string {
	values := h.Values(name)
	if len(values) == 0 {
		return ""
	}
	last := values[len(values)-1]
	return strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
}

// clientAddr is the address of whoever sent the request: the rightmost of X-Forwarded-For that no trusted proxy has, if a
// trusted proxy handed the request on; anything left of it may be the client's own invention.
func (s *Server) clientAddr(r *http.Request) netip.Addr {
	if v := visitOf(r.Context()); v.addr.IsValid() {
		return v.addr
	}
	return s.newVisit(r).addr
}

func (s *Server) forwardedAddr(r *http.Request, peer netip.Addr) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	addr := peer
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := parseAddr(strings.TrimSpace(hops[i]))
		if !ok {
			return addr
		}
		if addr = hop; !s.trusts(hop) {
			return addr
		}
	}
	return addr
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.deps.Config.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func peerAddr(r *http.Request) netip.Addr {
	a, _ := parseAddr(r.RemoteAddr)
	return a
}

// parseAddr reads an address with or without a port.
func parseAddr(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

// wellShapedID accepts what proxies make: letters, digits and dashes, long enough to be unique.
func wellShapedID(id string) bool {
	if len(id) < 16 || len(id) > 64 {
		return false
	}
	return strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
	}) < 0
}
