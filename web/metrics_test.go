package web_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"vang/realtime"
)

func TestMetricsTellWhatHappened(t *testing.T) {
	a := newAPI(t)
	p := a.program()
	start := p.list("post=first").Meta.Cursor
	p.say(201, "first", "", "before", "Idempotency-Key", "an earlier key")
	l := a.program().listen("post=first&since="+start, realtime.Protocol)
	l.change() // its replay: from here on it is live
	c := p.say(201, "first", "", "x", "Idempotency-Key", "a key")
	p.say(201, "first", "", "x", "Idempotency-Key", "a key")
	l.change()
	p.get("/api/comments/"+c.ID).want(t, 200)
	p.get("/api/comments/nope").want(t, 404)
	p.get("/blog/first").want(t, 200)
	p.send("BREW", "/api/comments", "")
	text := string(p.get("/metrics").body)
	for _, want := range []string{
		`vang_http_requests_total{method="GET",route="/api/comments/{id}",status="2xx"} 1`,
		`vang_http_requests_total{method="GET",route="/api/comments/{id}",status="4xx"} 1`,
		`vang_http_request_duration_seconds_count{method="POST",route="/api/comments",status="2xx"} 3`,
		`vang_http_requests_total{method="other"`,
		`vang_comments_received_total{outcome="created"} 2`, `vang_comments_received_total{outcome="replayed"} 1`,
		`vang_comments 2`, `vang_posts 4`, `vang_database_up 1`, `vang_live_sockets 1`, `vang_live_topics 1`, `vang_live_pushes_total 1`,
		`vang_live_slow_readers_total 0`, `vang_live_replays_total{from="memory"}`, `vang_live_replays_total{from="database"}`,
		`vang_page_cache_hits_total`, `vang_page_cache_misses_total`, `version="v-test"} 1`, "go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, c.ID) {
		t.Error("an id became a label: their number is endless")
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^(#|go_|process_).*\n`).ReplaceAllString(text, ""))
	}
}

func TestABrokenFileRaisesAMetric(t *testing.T) {
	a := newAPI(t)
	scrape := func() string { return string(a.program().get("/metrics").body) }
	good := regexp.MustCompile(`vang_content_last_good_timestamp_seconds [1-9]`)
	if text := scrape(); !strings.Contains(text, `vang_content_problems{severity="error"} 0`) || !good.MatchString(text) ||
		!strings.Contains(text, `vang_content_posts{kind="post"} 4`) {
		t.Errorf("of a good folder: %s", text)
	}
	a.save("posts/first.md", "---\ntitle: [\n---\nBroken.\n")
	a.until("the metric rises", func() bool { return strings.Contains(scrape(), `vang_content_problems{severity="error"} 1`) })
	if page := string(a.program().get("/blog/first").body); !strings.Contains(page, "Hello.") {
		t.Error("the last good version is gone")
	}
	before := a.library.LastGood()
	a.clock.turn(time.Hour)
	a.save("posts/first.md", "---\ntitle: First\n---\nMended.\n")
	a.until("the metric falls", func() bool { return strings.Contains(scrape(), `vang_content_problems{severity="error"} 0`) })
	a.until("all is well again", func() bool { return a.library.LastGood().After(before) })
}

func TestMetricsFollowTheConventions(t *testing.T) {
	a := newAPI(t)
	a.program().get("/livez").want(t, 200)
	problems, err := testutil.GatherAndLint(a.registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestMetricsGoOnWithoutADatabase(t *testing.T) {
	a := newAPI(t)
	a.store.fail(errors.New(innards))
	res := a.program().get("/metrics")
	res.want(t, 200)
	if text := string(res.body); !strings.Contains(text, "vang_database_up 0") || strings.Contains(text, "\nvang_comments ") || strings.Contains(text, "pq:") {
		t.Errorf("%s", text)
	}
}
