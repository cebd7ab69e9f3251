package web

import (
	"github.com/prometheus/client_golang/prometheus"

	"vang/posts"
)

// contentMetrics tell how the content folder stands: a broken file keeps its last good version in place, so readers see
// nothing of it, and somebody should.
type contentMetrics struct {
	library              *posts.Library
	problems, good, kept *prometheus.Desc
}

func newContentMetrics(l *posts.Library) contentMetrics {
	return contentMetrics{
		library: l,
		problems: prometheus.NewDesc("vang_content_problems",
			"What is wrong in the content folder: errors keep a file, or its last change, from being shown; warnings do not.", []string{"severity"}, nil),
		good: prometheus.NewDesc("vang_content_last_good_timestamp_seconds",
			"When the content folder was last looked at and held no error; 0 if never.", nil, nil),
		kept: prometheus.NewDesc("vang_content_posts", "Posts and pages that are shown, by kind.", []string{"kind"}, nil),
	}
}

// Describe names what Collect tells.
func (m contentMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- m.problems
	ch <- m.good
	ch <- m.kept
}

// Collect reads no file.
func (m contentMetrics) Collect(ch chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	snap := m.library.Snapshot()
	errors := 0
	for _, p := range snap.Problems() {
		if p.Fatal {
			errors++
		}
	}
	tell(m.problems, float64(errors), "error")
	tell(m.problems, float64(len(snap.Problems())-errors), "warning")
	tell(m.kept, float64(len(snap.Posts(""))), "post")
	tell(m.kept, float64(len(snap.Pages())), "page")
	good := 0.0
	if t := m.library.LastGood(); !t.IsZero() {
		good = float64(t.UnixMilli()) / 1000
	}
	tell(m.good, good)
}
