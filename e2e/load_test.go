package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vang/e2e/site"
)

// load is writers and readers at work on one post, and what came of it.
type load struct {
	slug string
	stop func()

	mu      sync.Mutex
	said    []saying
	failed  []string
	slowest time.Duration        // answer
	answers map[*http.Client]int // each worker has a client of its own
}

// worker does one request after another, numbered.
type worker func(ctx context.Context, l *load, client *http.Client, n int) error

// work has each of the workers at work, at each of the bases, until the test ends or stop is called, which waits for them.
func work(t *testing.T, slug string, bases []string, workers ...worker) *load {
	t.Helper()
	l := &load{slug: slug, answers: map[*http.Client]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var all []func()
	for _, base := range bases {
		for i, w := range workers {
			client := &http.Client{
				Transport: &rebased{base: base, of: &http.Transport{}}, Timeout: 30 * time.Second,
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			l.answers[client] = 0
			all = append(all, func() {
				defer client.CloseIdleConnections()
				for n := i; ctx.Err() == nil; n += len(workers) {
					l.one(ctx, w, client, n)
					pause(ctx, 15*time.Millisecond)
				}
			})
		}
	}
	for _, f := range all {
		running.Go(f)
	}
	l.stop = func() { cancel(); running.Wait() }
	t.Cleanup(l.stop)
	return l
}

// one lets a worker finish what it began, also after the end of ctx: what is cut off proves nothing.
func (l *load) one(ctx context.Context, w worker, client *http.Client, n int) {
	begin := time.Now()
	err := w(context.WithoutCancel(ctx), l, client, n)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slowest = max(l.slowest, time.Since(begin))
	l.answers[client]++
	if err != nil {
		l.failed = append(l.failed, fmt.Sprintf("after %v: %v", time.Since(begin).Round(time.Millisecond), err))
	}
}

// progress waits until each worker has had n more answers.
func (l *load) progress(t *testing.T, n int) {
	t.Helper()
	l.mu.Lock()
	was := maps.Clone(l.answers)
	l.mu.Unlock()
	await(t, time.Minute, "every worker goes on", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		for client, had := range was {
			if l.answers[client] < had+n {
				return false
			}
		}
		return true
	})
}

// report fails the test for each request that failed and, where limit is not 0, for one that took longer.
func (l *load) report(t *testing.T, limit time.Duration) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	answers := 0
	for _, n := range l.answers {
		answers += n
	}
	t.Logf("%d answers, the slowest after %v, %d comments", answers, l.slowest.Round(time.Millisecond), len(l.said))
	for i, f := range l.failed {
		if i == 5 {
			t.Errorf("and %d more", len(l.failed)-i)
			break
		}
		t.Errorf("a request failed %s", f)
	}
	if limit > 0 && l.slowest > limit {
		t.Errorf("the slowest answer took %v; %v is the limit", l.slowest.Round(time.Millisecond), limit)
	}
}

func (l *load) acknowledged(id, body string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, saying{id, body, time.Now()})
}

// rebased sends requests, which name no host, to base.
type rebased struct {
	base string
	of   *http.Transport
}

func (r *rebased) RoundTrip(req *http.Request) (*http.Response, error) {
	u, err := url.Parse(r.base)
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = u.Scheme, u.Host
	return r.of.RoundTrip(req)
}

func (r *rebased) CloseIdleConnections() { r.of.CloseIdleConnections() }

// apiWriter posts with a key, as a good program does.
func apiWriter(ctx context.Context, l *load, client *http.Client, n int) error {
	body := fmt.Sprintf("program %p, %d", client, n)
	text, err := json.Marshal(site.Draft{Post: l.slug, Body: body, Author: site.Author{Name: "Program"}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/api/comments", bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("key-of-%p-%d-%d", client, n, time.Now().UnixNano()))
	status, header, answer, err := fetch(client, req)
	if err != nil {
		return err
	}
	var made site.Comment
	if status != http.StatusCreated || json.Unmarshal(answer, &made) != nil {
		return fmt.Errorf("POST /api/comments: %d %v %.200s", status, header, answer)
	}
	l.acknowledged(made.ID, body)
	return nil
}

// formWriter posts a form without a key or a cookie, as a reader does whose JavaScript is off.
func formWriter(ctx context.Context, l *load, client *http.Client, n int) error {
	body := fmt.Sprintf("form %p, %d", client, n)
	fields := url.Values{"name": {"Form"}, "body": {body}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "/blog/"+l.slug+"/comments", strings.NewReader(fields.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, header, answer, err := fetch(client, req)
	if err != nil {
		return err
	}
	_, id, found := strings.Cut(header.Get("Location"), "#c-")
	if status != http.StatusSeeOther || !found {
		return fmt.Errorf("POST /blog/%s/comments: %d %v %.200s", l.slug, status, header, answer)
	}
	l.acknowledged(id, body)
	return nil
}

// pageReader loads the page.
func pageReader(ctx context.Context, l *load, client *http.Client, _ int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/blog/"+l.slug, nil)
	if err != nil {
		return err
	}
	status, header, answer, err := fetch(client, req)
	if err == nil && (status != http.StatusOK || !bytes.Contains(answer, []byte("</html>"))) {
		err = fmt.Errorf("GET /blog/%s: %d %v, %d bytes", l.slug, status, header, len(answer))
	}
	return err
}

func fetch(client *http.Client, req *http.Request) (int, http.Header, []byte, error) {
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, text, err
}
