package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vang/blog"
	"vang/realtime"
)

// metrics is what a replica counts. Its methods may be called by any number of goroutines.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	sent     *prometheus.CounterVec
	comments *prometheus.CounterVec
	hits     prometheus.Counter
	misses   prometheus.Counter
	series   sync.Map // of label values to *series
}

// series counts the answers of one route, method and class of status.
type series struct {
	requests prometheus.Counter
	duration prometheus.Observer
	sent     prometheus.Counter
}

func (s *series) observe(d time.Duration, bytes int64) {
	s.requests.Inc()
	s.duration.Observe(d.Seconds())
	s.sent.Add(float64(bytes))
}

// newMetrics registers all collectors on reg; it fails if one of the names is taken there.
func newMetrics(reg prometheus.Registerer, version string, hub *realtime.Hub, health Health) (*metrics, error) {
	labels := []string{"route", "method", "status"}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vang_http_requests_total", Help: "Answered requests by route, method and class of status.",
		}, labels),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vang_http_request_duration_seconds", Help: "Time to answer a request, by route, method and class of status.",
			// From a cached page (tens of microseconds) to the longest that the database is waited for.
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20},
		}, labels),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vang_http_response_bytes_total", Help: "Bytes of answers' bodies, by route.",
		}, []string{"route"}),
		comments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vang_comments_received_total", Help: "Comments sent to this replica, by outcome: created, replayed, duplicated.",
		}, []string{"outcome"}),
		hits:   prometheus.NewCounter(prometheus.CounterOpts{Name: "vang_page_cache_hits_total", Help: "Pages answered from the cache."}),
		misses: prometheus.NewCounter(prometheus.CounterOpts{Name: "vang_page_cache_misses_total", Help: "Cacheable pages that had to be rendered."}),
	}
	all := []prometheus.Collector{
		m.requests, m.duration, m.sent, m.comments, m.hits, m.misses,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(version), newTotals(health),
	}
	return m, registerAll(reg, append(all, hubCollectors(hub)...))
}

func registerAll(reg prometheus.Registerer, all []prometheus.Collector) error {
	for _, c := range all {
		if err := reg.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

func buildInfo(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "vang_build_info", Help: "Always 1; the labels tell what was built.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}

// observe counts one answered request. route is the pattern in the table, never the address: addresses are endless.
func (m *metrics) observe(route, method string, status int, d time.Duration, bytes int64) {
	m.seriesOf(route, method, status).observe(d, bytes)
}

// seriesOf finds the series of an answer, which costs as much as ten of its observations.
func (m *metrics) seriesOf(route, method string, status int) *series {
	type labels struct {
		route, method string
		class         int
	}
	key := labels{route: route, method: methodLabel(method), class: status / 100}
	if s, ok := m.series.Load(key); ok {
		return s.(*series)
	}
	route, class := routeLabel(route), statusLabel(status)
	s, _ := m.series.LoadOrStore(key, &series{
		requests: m.requests.WithLabelValues(route, key.method, class),
		duration: m.duration.WithLabelValues(route, key.method, class),
		sent:     m.sent.WithLabelValues(route),
	})
	return s.(*series)
}

// cacheHit counts a page that was answered from the cache.
func (m *metrics) cacheHit() { m.hits.Inc() }

// cacheMiss counts a cacheable page that was rendered.
func (m *metrics) cacheMiss() { m.misses.Inc() }

// received counts a comment that was sent here, in a form or through the API.
func (m *metrics) received(outcome string) { m.comments.WithLabelValues(outcome).Inc() }

// routeLabel is a pattern without its method, which has a label of its own.
func routeLabel(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		pattern = path
	}
	if pattern == "" {
		return "none"
	}
	return pattern
}

// methodLabel keeps strangers from making labels.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func statusLabel(status int) string {
	if status < 100 || status > 599 {
		return "none"
	}
	return string('0'+rune(status/100)) + "xx"
}

// totalsAge is how long counted totals serve: a scrape must not cost the database a count each.
const totalsAge = 10 * time.Second

// totals tells how much the database holds. While the database does not answer it says so and tells no numbers.
type totals struct {
	health              Health
	posts, comments, up *prometheus.Desc

	mu                   sync.Mutex
	read                 time.Time
	err                  error
	countPosts, countAll int64
}

func newTotals(h Health) *totals {
	return &totals{
		health:   h,
		posts:    prometheus.NewDesc("vang_posts", "Posts that have a discussion.", nil, nil),
		comments: prometheus.NewDesc("vang_comments", "Published comments.", nil, nil),
		up:       prometheus.NewDesc("vang_database_up", "Whether the database answered the last count.", nil, nil),
		err:      errors.New("not read yet"),
	}
}

// Describe names what Collect tells.
func (t *totals) Describe(ch chan<- *prometheus.Desc) {
	ch <- t.posts
	ch <- t.comments
	ch <- t.up
}

// Collect reads the totals at most once in totalsAge.
func (t *totals) Collect(ch chan<- prometheus.Metric) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.read) > totalsAge || t.err != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		t.countPosts, t.countAll, t.err = t.health.Totals(ctx)
		cancel()
		t.read = time.Now()
	}
	if t.err != nil {
		ch <- prometheus.MustNewConstMetric(t.up, prometheus.GaugeValue, 0)
		return
	}
	ch <- prometheus.MustNewConstMetric(t.up, prometheus.GaugeValue, 1)
	ch <- prometheus.MustNewConstMetric(t.posts, prometheus.GaugeValue, float64(t.countPosts))
	ch <- prometheus.MustNewConstMetric(t.comments, prometheus.GaugeValue, float64(t.countAll))
}

// serveMetrics answers Prometheus.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	if err := s.insider(w, r); err != nil {
		return err
	}
	s.metricsHandler.ServeHTTP(w, r)
	return nil
}

func metricsHandler(reg *prometheus.Registry) http.Handler {
	// One collector that fails must not hide the others.
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// outcomeName is an outcome as a label.
func outcomeName(o blog.Outcome) string {
	switch o {
	case blog.Replayed:
		return "replayed"
	case blog.Duplicated:
		return "duplicated"
	}
	return "created"
}
