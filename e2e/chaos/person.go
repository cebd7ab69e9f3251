package chaos

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"vang/e2e/chaos/history"
)

// requestLimit is more than Nginx ever lets a request take.
const requestLimit = 60 * time.Second

// person is somebody with an address of their own, and a cookie jar if they take cookies. One goroutine uses it at a time.
type person struct {
	name string
	base string // "http://127.0.0.1:port"
	post string // slug of the discussion that they are in
	at   int    // whom they ask, as in history.Record.Replica
	jar  http.CookieJar
	http *http.Client
	once *http.Client // opens a connection for each request
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
	out  *history.Recorder
	rng  *rand.Rand
}

// newPerson makes a person. It is called by one goroutine alone.
func (r *Run) newPerson(name, base, post string, cookies bool) *person {
	r.people++
	// Limits are by address: each person has one.
	dialer := &net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(r.people))}}
	p := &person{name: name, base: base, post: post, out: r.History, rng: r.random(name), dial: dialer.DialContext}
	if cookies {
		p.jar, _ = cookiejar.New(nil) // fails for bad options only
	}
	p.http, p.once = p.client(false), p.client(true)
	return p
}

func (p *person) client(once bool) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: 2, DisableKeepAlives: once},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Jar:           p.jar,
	}
}

// hostOf is the part of an address that one dials.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// known tells whether a session's cookie was set.
func (p *person) known() bool {
	u, err := url.Parse(p.base)
	return err == nil && p.jar != nil && len(p.jar.Cookies(u)) > 0
}

// answer is an answer that was read; its status is 0 if none came.
type answer struct {
	begin, end int64
	status     int
	header     http.Header
	body       string
	cut        bool
	gaveUp     bool
}

// request is something to ask.
type request struct {
	method, path string
	kind         string // of the body
	body         string
	header       http.Header
	limit        time.Duration // after which the client does not wait any more; 0: as long as Nginx would
}

// ask sends one request and writes it down.
func (p *person) ask(ctx context.Context, q request) answer {
	a, problem := p.exchange(ctx, q)
	text := q.method + " " + q.path
	if problem != nil {
		text += ": " + problem.Error()
	}
	r := history.Record{
		Process: p.name, Kind: history.Request, Begin: a.begin, End: a.end, Outcome: history.OK, Status: a.status, Post: p.post, Replica: p.at,
		Text: text, GaveUp: a.gaveUp, RetryAfter: a.header.Get("Retry-After") != "",
	}
	switch {
	case a.cut:
		r.Outcome = history.Cut
	case a.status == 0:
		r.Outcome = history.Unknown
	case a.status >= http.StatusBadRequest:
		r.Outcome = history.Fail
	}
	p.out.Add(r)
	return a
}

func (p *person) exchange(ctx context.Context, q request) (a answer, problem error) {
	limit := requestLimit
	if q.limit > 0 {
		limit = q.limit
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a.begin = p.out.Now()
	defer func() {
		a.end = p.out.Now()
		a.gaveUp = problem != nil && (ctx.Err() != nil || q.limit > 0 && timed.Err() != nil)
	}()
	req, err := http.NewRequestWithContext(timed, q.method, p.base+q.path, strings.NewReader(q.body))
	if err != nil {
		return a, err
	}
	if q.kind != "" {
		req.Header.Set("Content-Type", q.kind)
	}
	maps.Copy(req.Header, q.header)
	client := p.http
	if q.method != http.MethodGet && req.Header.Get("Idempotency-Key") == "" {
		// A browser repeats a POST by itself when the connection that it was to reuse turns out to be closed; Go does not.
		client = p.once
	}
	res, err := client.Do(req)
	if err != nil {
		return a, err
	}
	defer res.Body.Close()
	a.status, a.header = res.StatusCode, res.Header
	body, err := io.ReadAll(res.Body)
	if err != nil {
		a.cut = timed.Err() == nil
		return a, fmt.Errorf("after %d bytes: %w", len(body), err)
	}
	a.body = string(body)
	return a, nil
}

// wholly tells whether an answer came to its end.
func (a answer) wholly() bool { return a.status != 0 && !a.cut && !a.gaveUp }
