package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"golang.org/x/sync/singleflight"

	"vang/blog"
	"vang/posts"
	"vang/static"
)

// Server answers Vang's HTTP requests. It is made by New, lives until Close, and may be used by any number of goroutines.
type Server struct {
	deps          Deps
	base          string // Origin of Config.BaseURL; "" where the request tells
	sessions      *scs.SessionManager
	seals         seals
	sessionErrors tally
	redis         *together // nil without Redis
	origin        *http.CrossOriginProtection
	limiter       limiter
	sockets       *sockets
	heads         *heads
	cache         *pageCache
	strangers     *pageCache // of pages for hosts that have no place; see cacheOf
	places        *places
	pages         *sized[pageAsk, blog.Page] // everyone's, as they were read last
	kin           *sized[kinKey, []string]   // slugs of the posts nearest to one
	buffers       buffers
	squeezers     squeezers
	ownSqueezers  squeezers
	flight        singleflight.Group // one rendering per page, however many wait for it
	assets        *static.Assets
	started       time.Time
	mux           *http.ServeMux // fixed addresses
	rest          *http.ServeMux // addresses below a language, pages, permalinks, and what was once somewhere else
	metrics       *metrics
	ops           ops // draining, and the state of the parts
	// metricsHandler answers Prometheus.
	metricsHandler http.Handler
	searcher       *searcher
	background     sync.WaitGroup // compressions under way
	squeezing      sync.Mutex     // held by the compression that runs
}

// New wires a server. It reads nothing and starts nothing; an error is the operator's to mend.
func New(d Deps) (*Server, error) {
	if d.Remarks == nil {
		d.Remarks = NewRemarks(d.Comments)
	}
	s := &Server{deps: d, started: d.Now(), origin: http.NewCrossOriginProtection()}
	if d.Config.BaseURL != "" {
		base, err := Origin(d.Config.BaseURL)
		if err != nil {
			return nil, err
		}
		s.base = base
		if err := s.origin.AddTrustedOrigin(base); err != nil {
			return nil, fmt.Errorf("trust the base URL: %w", err)
		}
	}
	s.squeezers.level, s.ownSqueezers.level = gzipShared, gzipOwn
	s.limiter = newLimiter(d.Config.RateLimit, d.Now)
	s.sessions = newSessions(d.Sessions)
	if d.Redis != nil {
		if err := s.useRedis(d); err != nil {
			return nil, err
		}
	}
	s.sockets = newSockets(d.Config)
	s.pages = newSized[pageAsk, blog.Page](keptBytes)
	s.kin = newSized[kinKey, []string](kinBytes)
	s.heads = newHeads(d.Reader, d.Now, d.Bus)
	s.cache, s.strangers, s.places = newPageCache(cacheBytes), newPageCache(strangerBytes), newPlaces(d.Now)
	var err error
	if s.seals, err = newSeals(d.Config.Secret); err != nil {
		return nil, err
	}
	if s.assets = d.Assets; s.assets == nil {
		if s.assets, err = static.Open(); err != nil {
			return nil, fmt.Errorf("open assets: %w", err)
		}
	}
	if s.metrics, err = newMetrics(d.Registry, d.Config.Version, d.Hub, d.Health); err != nil {
		return nil, err
	}
	if err := registerAll(d.Registry, append(s.busCollectors(), newContentMetrics(d.Library))); err != nil {
		return nil, err
	}
	s.metricsHandler = metricsHandler(d.Registry)
	s.searcher = newSearcher(s.snapshot, d.Log)
	s.mount()
	return s, nil
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.observe(s.recovered(http.HandlerFunc(s.dispatch))) }

// Close waits for the compressions that run behind answers, and ends the making of the index.
func (s *Server) Close() {
	s.searcher.close()
	s.background.Wait()
}

// Stale says that a post's discussion may have changed, or any if it is "": the next reader's page is made from a fresh look
// at it.
func (s *Server) Stale(postID string) { s.heads.stale(postID) }

func (s *Server) snapshot() *posts.Snapshot { return s.deps.Library.Snapshot() }

// detached is a context for work that several requests wait for: it must not end with the first of them.
func detached(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}
