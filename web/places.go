package web

import (
	"net/http"
	"sync"
	"time"

	"vang/blog"
)

const (
	// mostOrigins have their pages kept at a time where no base URL is set: a site has a few names, a stranger invents endless
	// ones.
	mostOrigins = 8
	// placeKept is how long an origin keeps its place after its last request.
	placeKept = 10 * time.Minute
	// strangerBytes is what the pages of all other origins may take together.
	strangerBytes = 4 << 20
)

// places remembers for which origins pages are kept.
type places struct {
	now blog.Clock

	mu   sync.Mutex
	last map[string]time.Time // of an origin's last request
}

func newPlaces(now blog.Clock) *places { return &places{now: now, last: map[string]time.Time{}} }

// has tells whether an origin has a place, and gives it one that is free.
func (p *places) has(origin string) bool {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.last[origin]; !ok && len(p.last) >= mostOrigins && !p.clear(now) {
		return false
	}
	p.last[origin] = now
	return true
}

// clear frees the places that nobody uses any more. The lock is held.
func (p *places) clear(now time.Time) bool {
	for origin, last := range p.last {
		if now.Sub(last) > placeKept {
			delete(p.last, origin)
		}
	}
	return len(p.last) < mostOrigins
}

// cacheOf is the cache for a request's pages. Without a base URL they depend on the Host, which strangers choose: those that
// they invent must not drive the site's own pages out.
func (s *Server) cacheOf(r *http.Request) *pageCache {
	if s.base != "" || s.places.has(s.siteOrigin(r)) {
		return s.cache
	}
	return s.strangers
}
