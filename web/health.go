package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vang/blog"
)

// ops is what the operator's addresses tell of this replica.
type ops struct {
	draining atomic.Bool

	mu      sync.Mutex
	checked time.Time
	parts   []part
}

// opsGroup is what machines and operators ask.
func opsGroup() group {
	return group{name: "ops", timeout: 5 * time.Second, cache: "no-store", api: true}
}

func (s *Server) opsRoutes() []route {
	g := opsGroup()
	return []route{
		{"GET /livez", s.livez, g},
		{"GET /readyz", s.readyz, g},
		{"GET /health", s.healthPage, g},
		{"GET /metrics", s.serveMetrics, g},
	}
}

// SetDraining says that this replica is about to stop: /readyz refuses, so that no new traffic comes, while all else is
// still answered.
func (s *Server) SetDraining(draining bool) { s.ops.draining.Store(draining) }

// livez answers while the process can answer at all. It looks at nothing else: a database that is down is no reason to
// kill the replica.
func (s *Server) livez(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "ok\n")
}

// readyz tells whether this replica should get traffic.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	if err := s.insider(w, r); err != nil {
		return err
	}
	if s.ops.draining.Load() {
		w.Header().Set("Retry-After", "5")
		return plain(w, http.StatusServiceUnavailable, "stopping\n")
	}
	if err := s.ping(r.Context()); err != nil {
		s.logError(r, blog.E(blog.Unavailable, err))
		w.Header().Set("Retry-After", "5")
		return plain(w, http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return plain(w, http.StatusOK, "ready\n")
}

// pingLimit is how long a part may take to give a sign of life.
const pingLimit = 2 * time.Second

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	return s.deps.Health.Ping(ctx)
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
	return nil
}

// insider lets in who asks from this machine or a private network, and who knows the token.
func (s *Server) insider(w http.ResponseWriter, r *http.Request) error {
	if s.nearby(r) {
		return nil
	}
	token := s.deps.Config.MetricsToken
	given, bearer := bearerToken(r.Header.Get("Authorization"))
	if token != "" && bearer && sameSecret(given, token) {
		return nil
	}
	if token == "" {
		return blog.E(blog.Forbidden, nil)
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="vang"`)
	return blog.E(blog.Unauthenticated, nil)
}

// nearby tells whether the client itself is on this machine or a private network. A request that some proxy handed on
// comes from wherever that proxy says, and only a trusted proxy is believed: behind any other, the near address is the
// proxy's, and the client may be anyone.
func (s *Server) nearby(r *http.Request) bool {
	addr := s.clientAddr(r)
	if forwarded(r.Header) && addr == peerAddr(r) {
		return false
	}
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

// forwarded tells whether a proxy left its mark.
func forwarded(h http.Header) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"} {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}

func bearerToken(authorization string) (string, bool) {
	scheme, token, ok := strings.Cut(authorization, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// sameSecret takes as long for a near miss as for a far one; hashes make lengths equal.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
