package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"vang/blog"
)

// part is one of the things that this replica stands on. What exactly is wrong with it is in the log, not here.
type part struct {
	Name   string  `json:"name"`
	Status string  `json:"status"`
	Count  *int64  `json:"count,omitempty"`   // posts, open sockets
	TookMS float64 `json:"took_ms,omitempty"` // to give a sign of life
}

// The states of a part and of the whole.
const (
	stateOK       = "ok"
	stateDegraded = "degraded" // slower or with less, but everything works
	stateDown     = "down"
	stateStopping = "stopping"
)

// healthReport is what /health says.
type healthReport struct {
	Status  string `json:"status"`
	Version string `json:"version,omitempty"` // to operators
	Uptime  int64  `json:"uptime_seconds"`
	Parts   []part `json:"parts"`
}

// healthPage tells people how all parts are. Anyone may ask, so the parts are looked at once a second at most.
func (s *Server) healthPage(w http.ResponseWriter, r *http.Request) error {
	report := healthReport{Status: stateOK, Uptime: int64(s.deps.Now().Sub(s.started).Seconds()), Parts: s.health(r.Context())}
	if s.nearby(r) {
		report.Version = s.deps.Config.Version
	}
	for _, p := range report.Parts {
		if p.Status == stateDown || p.Status == stateDegraded && report.Status == stateOK {
			report.Status = p.Status
		}
	}
	status := http.StatusOK
	if report.Status == stateDown {
		status = http.StatusServiceUnavailable
	} else if s.ops.draining.Load() {
		report.Status = stateStopping
	}
	w.Header().Add("Vary", "Accept, Accept-Language")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return writeJSON(w, status, report)
	}
	return s.writeHealth(w, r, status, report)
}

// healthAge is how long a look at the parts serves.
const healthAge = time.Second

func (s *Server) health(ctx context.Context) []part {
	s.ops.mu.Lock()
	defer s.ops.mu.Unlock()
	if s.ops.parts == nil || time.Since(s.ops.checked) > healthAge {
		// The look is everyone's: it must not fail because the first who asked has left.
		ctx, cancel := detached(ctx, 2*pingLimit)
		defer cancel()
		s.ops.parts, s.ops.checked = s.look(ctx), time.Now()
	}
	return s.ops.parts
}

func (s *Server) look(ctx context.Context) []part {
	count := func(n int) *int64 { v := int64(n); return &v }
	parts := []part{
		s.lookAt(ctx, "database", stateDown, s.deps.Health.Ping),
		s.lookAt(ctx, "bus", stateDegraded, s.deps.Bus.Ping), // without it, news come by the look at the heads, once a second
	}
	return append(append(parts, s.lookAtRedis(ctx)...),
		part{Name: "posts", Status: stateOK, Count: count(len(s.snapshot().Posts("")))},
		part{Name: "sockets", Status: stateOK, Count: count(s.deps.Hub.Stats().Sockets)},
	)
}

func (s *Server) lookAt(ctx context.Context, name, otherwise string, ping func(context.Context) error) part {
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	begin := time.Now()
	p := part{Name: name, Status: stateOK}
	if err := ping(ctx); err != nil {
		p.Status = otherwise
		s.deps.Log.LogAttrs(ctx, slog.LevelWarn, "part does not answer", slog.String("part", name), slog.String("error", err.Error()))
	}
	p.TookMS = float64(time.Since(begin).Microseconds()) / 1000
	return p
}

// healthWords are the words of the one page that operators read in a browser.
func healthWords(lang blog.Lang) map[string]string {
	if lang == blog.Vietnamese {
		return map[string]string{
			"title": "Tình trạng", "database": "Cơ sở dữ liệu", "bus": "Kênh tin giữa các bản chạy", "posts": "Bài viết",
			"sockets": "Trang đang mở trực tiếp", "version": "Phiên bản", "sessions": "Tên đã nhớ của người đọc",
			"limits": "Giới hạn chung của các bản chạy", "neighbours": "Bản chạy của blog khác dùng chung Redis", stateOK: "tốt",
			stateDegraded: "chạy được nhưng chưa trọn vẹn",
			stateDown:     "không trả lời", stateStopping: "đang dừng",
		}
	}
	return map[string]string{
		"title": "Health", "database": "Database", "bus": "Bus between replicas", "posts": "Posts",
		"sockets": "Pages open live", "version": "Version", "sessions": "Remembered names of readers", "limits": "Limits shared by replicas",
		"neighbours": "Another blog's replicas on the same Redis", stateOK: "well", stateDegraded: "works, with something missing",
		stateDown: "does not answer", stateStopping: "stopping",
	}
}

const healthHTML = `<!DOCTYPE html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Word "title"}}: {{.Word .Report.Status}}</title><link rel="stylesheet" href="{{.Style}}"></head>
<body class="static"><main id="main"><h1>{{.Word "title"}}: {{.Word .Report.Status}}</h1>
<dl>{{range .Report.Parts}}
<dt>{{$.Word .Name}}</dt><dd>{{$.Word .Status}}{{with .Count}}, {{.}}{{end}}{{if .TookMS}}, {{.TookMS}} ms{{end}}</dd>{{end}}{{with .Report.Version}}
<dt>{{$.Word "version"}}</dt><dd>{{.}}</dd>{{end}}
</dl></main></body>
</html>
`

// healthView is what the page is drawn from.
type healthView struct {
	Lang   blog.Lang
	Style  string
	Report healthReport
	words  map[string]string
}

// Word is a word in the page's language.
func (v healthView) Word(name string) string { return v.words[name] }

func (s *Server) writeHealth(w http.ResponseWriter, r *http.Request, status int, report healthReport) error {
	lang := s.problemLang(r)
	page, err := template.New("health").Parse(healthHTML)
	if err != nil {
		return fmt.Errorf("parse health page: %w", err)
	}
	var b bytes.Buffer
	view := healthView{Lang: lang, Style: s.frameAssets().Style, Report: report, words: healthWords(lang)}
	if err := page.Execute(&b, view); err != nil {
		return fmt.Errorf("render health page: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}
