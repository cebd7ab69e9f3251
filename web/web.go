// Package web is Vang's HTTP face: one table of routes, handlers, sessions, cached pages, the REST API and metrics.
//
// It imports blog, markdown, posts, views, realtime, static and wire, never store: what it needs of a database it declares here.
// A Server may be used by any number of goroutines.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"vang/blog"
	"vang/markdown"
	"vang/posts"
	"vang/realtime"
	"vang/static"
)

// Reader is what pages and the API read of a store.
type Reader interface {
	Comment(ctx context.Context, id string) (blog.Comment, error)
	Ancestors(ctx context.Context, id string) ([]blog.Comment, error)
	Page(ctx context.Context, q blog.PageQuery) (blog.Page, error)
	Standing(ctx context.Context, postID, visitor string) (h blog.Head, holds bool, err error)
	Changes(ctx context.Context, postID string, rev int64, limit int) (blog.Changes, error)
	Heads(ctx context.Context, postIDs []string) ([]blog.Head, error)
}

// Health is what /health and the metrics ask of a store.
type Health interface {
	Ping(ctx context.Context) error
	Totals(ctx context.Context) (posts, comments int64, err error)
}

// Config is what an operator decides. The zero value serves.
type Config struct {
	BaseURL        string         // "https://example.org"; "" takes scheme and host from the request
	TrustedProxies []netip.Prefix // whose X-Forwarded-* and X-Request-Id are believed
	Secret         []byte         // HMAC of addresses and visitors
	RateLimit      RateLimit      // of comments; the zero value is off
	MetricsToken   string         // lets a stranger read /metrics and /readyz
	Drafts         bool           // the author's desk: drafts shown, open pages reload
	Version        string         // of the binary, for /health and cache keys
	SitemapPosts   int            // most posts and pages in one sitemap; 49,000 if 0

	// Limits of open WebSockets; below 0 there is none.
	MaxSockets       int // of all; 0: seven eighths of the files that the process may have open, at most 50,000
	MaxClientSockets int // of one IPv4 address or IPv6 /64, loopback apart; 0: 200
}

// RateLimit allows Burst comments at once and one more every Every, per visitor and per address.
type RateLimit struct {
	Burst int
	Every time.Duration
}

// Deps is what a Server is wired from. All fields but Redis, Lineage, Remarks, Assets and Cards are required.
type Deps struct {
	Config     Config
	Library    *posts.Library
	Discussion *blog.Discussion
	Reader     Reader
	Health     Health
	PostIDs    func(slug string) (postID string, ok bool) // the discussion of a post
	Slugs      func(postID string) (slug string, ok bool) // the inverse
	Comments   *markdown.Stranger
	Remarks    *Remarks // the live source's; one of its own if nil
	Hub        *realtime.Hub
	Bus        realtime.Bus
	Sessions   scs.Store         // in Redis if Redis is set, else in the database
	Redis      *redis.Client     // counts the limits of all replicas together; nil: this process counts its own
	Lineage    *realtime.Lineage // tells of another blog's replicas on the same bus; nil: nobody looks
	Registry   *prometheus.Registry
	Log        *slog.Logger
	Now        blog.Clock
	Assets     *static.Assets // those embedded if nil
	Cards      Cards          // draws pictures for shares; nil: posts without a picture have none
}

// route is one row of the table. The same table feeds the mux, the metrics' labels and the docs.
type route struct {
	pattern string // as http.ServeMux wants it: "GET /blog/{slug}"
	handle  func(http.ResponseWriter, *http.Request) error
	group   group
}

// group is what routes of one kind share.
type group struct {
	name    string
	timeout time.Duration // 0: none
	body    int64         // most bytes of a request body
	session bool          // whether the session is loaded when a cookie came
	cache   string        // Cache-Control of a good answer
	api     bool          // errors are problem documents
}
