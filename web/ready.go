package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vang/posts"
	"vang/wire"
)

// ready is a page as it goes out to everyone at one address, with the conditions under which it is what net/http would be
// answered with. It is never changed.
type ready struct {
	name    string // of the address, see readyName
	body    *body
	content *posts.Snapshot // that it was made of; nil: of none
	year    int             // in which it was made
	marks   []mark          // of its discussions
	encoded []encoded       // one for each encoding that the body had
	sent    [2][2]func(bytes int, took time.Duration)
	size    int64
}

// encoded are the heads of the answers with one encoding.
type encoded struct {
	*variant
	ok, same *wire.Head // 200 and 304
}

// The indices of ready.sent.
const (
	okAnswer, sameAnswer  = 0, 1
	getMethod, headMethod = 0, 1
)

// Ready finds the answer to a plain request that is known without asking anybody. It is what the handlers would answer: they
// made it, and it is believed no longer than they would believe what it was made of.
func (s *Server) Ready(r *wire.Request) (wire.Answer, bool) {
	if bytes.Contains(r.Cookie, []byte(plainCookie+"=")) || len(r.Target) > longestTarget { // both names of the cookie end in it
		return wire.Answer{}, false
	}
	var room [longestTarget + 300]byte
	p := s.cache.answer(s.readyName(room[:0], r))
	if p == nil || !s.holds(p) {
		return wire.Answer{}, false
	}
	return p.answer(r)
}

// longestTarget is that of an address that has a ready answer.
const longestTarget = 300

// readyName names an address: the target as it stands in the request and, where no base URL is set, scheme and host.
func (s *Server) readyName(b []byte, r *wire.Request) []byte {
	b = append(b, r.Target...)
	if s.base != "" {
		return b
	}
	b = append(b, ' ')
	b = append(b, r.Host...)
	if len(r.ForwardedProto) > 0 && s.trusts(r.Peer) {
		b = append(b, ' ')
		b = append(b, r.ForwardedProto...)
	}
	return b
}

// holds tells whether nothing has changed that a ready answer depends on.
func (s *Server) holds(p *ready) bool {
	now := s.deps.Now()
	if p.content != nil && (p.content != s.snapshot() || p.year != now.Year()) {
		return false
	}
	for _, m := range p.marks {
		if id, _ := s.deps.PostIDs(m.slug); id != m.head.PostID {
			return false
		}
	}
	return s.heads.believed(p.marks, now)
}

// answer picks the variant that body.send would.
func (p *ready) answer(r *wire.Request) (a wire.Answer, ok bool) {
	var room [variants]*variant
	vs := p.body.ready(string(r.AcceptEncoding), room[:0])
	v, status := vs[0], okAnswer
	if r.IfNoneMatch != nil {
		if have := known([]string{string(r.IfNoneMatch)}, vs); have != nil {
			v, status = have, sameAnswer
		}
	}
	for _, e := range p.encoded {
		if e.variant != v {
			continue
		}
		method := getMethod
		if r.Head {
			method = headMethod
		}
		if a = (wire.Answer{Head: e.ok, Body: v.bytes, Sent: p.sent[status][method]}); status == sameAnswer {
			a.Head, a.Body = e.same, nil
		}
		return a, true
	}
	return a, false // made since: the next answer on the long way brings its head
}

// keepReady keeps the answer that is about to go out, for those who ask for the same. The header is that of this answer, but for
// what the body says. The body is in the cache, at key; it was made of content, or of none if that is nil.
func (s *Server) keepReady(h http.Header, r *http.Request, key string, content *posts.Snapshot, marks []mark, b *body) {
	// What varies already does so by a header that a wire.Request does not have: a list is there for its script alone.
	if !repeatable(r) || h.Get("Set-Cookie") != "" || h.Get("Vary") != "" {
		return
	}
	v := visitOf(r.Context())
	asked := wire.Request{Target: []byte(r.RequestURI), Host: []byte(r.Host), Peer: peerAddr(r), ForwardedProto: []byte(r.Header.Get("X-Forwarded-Proto"))}
	name := s.readyName(nil, &asked)
	var room [variants]*variant
	vs := b.all(room[:0])
	if old := s.cache.answer(name); old != nil && old.body == b && len(old.encoded) == len(vs) && s.holds(old) {
		return
	}
	// Content and year are the visit's, which are from before the key: what changed since makes the answer wrong, never right.
	p := &ready{name: string(name), body: b, content: content, year: v.year, marks: marks, size: int64(len(name)) + entryOverhead}
	h = h.Clone()
	h.Del("X-Request-Id") // a ready answer is no request of its own: decision 081
	b.describe(h)
	for _, variant := range vs {
		e := encodedHeads(h, variant)
		p.encoded = append(p.encoded, e)
		p.size += e.ok.Size() + e.same.Size()
	}
	for status, code := range []int{okAnswer: http.StatusOK, sameAnswer: http.StatusNotModified} {
		for method, name := range []string{getMethod: http.MethodGet, headMethod: http.MethodHead} {
			p.sent[status][method] = s.tellSent(v.pattern, name, code, content != nil)
		}
	}
	s.cache.keepReady(key, p)
}

// repeatable tells whether others may ask for the same in the same words, and a wire.Request says all of it. Who adds to a query
// what says nothing must not drive out the address that everyone asks for.
func repeatable(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.TLS != nil || len(r.Header["X-Forwarded-Proto"]) > 1 ||
		!strings.HasPrefix(r.RequestURI, "/") || len(r.RequestURI) > longestTarget {
		return false
	}
	if r.URL.RawQuery == "" {
		return !strings.HasSuffix(r.RequestURI, "?")
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	for name := range q {
		if !slices.Contains([]string{"sort", "page", "from", "until"}, name) {
			return false
		}
	}
	return err == nil && q.Encode() == r.URL.RawQuery
}

// encodedHeads are the heads of both answers with one variant, as body.send and net/http would write them.
func encodedHeads(h http.Header, v *variant) encoded {
	ok, same := h.Clone(), h.Clone()
	ok.Set("ETag", v.etag)
	v.describe(ok)
	v.same(same)
	return encoded{variant: v, ok: wire.NewHead(http.StatusOK, ok), same: wire.NewHead(http.StatusNotModified, same)}
}

// tellSent counts ready answers as all others are. One log line for each would cost more than the answer.
func (s *Server) tellSent(pattern, method string, status int, page bool) func(int, time.Duration) {
	series := s.metrics.seriesOf(pattern, method, status)
	ctx := context.Background()
	return func(n int, took time.Duration) {
		series.observe(took, int64(n))
		if page {
			s.metrics.cacheHit()
		}
		if s.deps.Log.Enabled(ctx, slog.LevelDebug) {
			s.deps.Log.LogAttrs(ctx, slog.LevelDebug, "ready answer", slog.String("method", method), slog.String("route", pattern),
				slog.Int("status", status), slog.Int("bytes", n), slog.Float64("duration_ms", milliseconds(took)))
		}
	}
}
