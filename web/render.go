package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/a-h/templ"
)

const (
	htmlType = "text/html; charset=utf-8"
	// privateCache is for what one reader gets. no-store would cost the back/forward cache.
	privateCache = "private, no-cache"
)

// buffers are reused: a page of fifty comments is some 100 kB.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *bytes.Buffer {
	if buf, ok := b.pool.Get().(*bytes.Buffer); ok {
		buf.Reset()
		return buf
	}
	return new(bytes.Buffer)
}

// mostKept is the size above which a buffer is left to the garbage collector.
const mostKept = 1 << 20

func (b *buffers) put(buf *bytes.Buffer) {
	if buf.Cap() <= mostKept {
		b.pool.Put(buf)
	}
}

// render draws a component to the end before anything goes out, so that a failure can still become a clean error page.
func (s *Server) render(ctx context.Context, c templ.Component) ([]byte, error) {
	buf := s.buffers.get()
	defer s.buffers.put(buf)
	if err := c.Render(ctx, buf); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return bytes.Clone(buf.Bytes()), nil
}

// htmx tells whether our script asks for a fragment, not a browser for a page.
func htmx(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// sendPrivate renders for one reader and answers.
func (s *Server) sendPrivate(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b, err := s.render(r.Context(), c)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", privateCache)
	if !htmx(r) {
		speculate(w.Header())
	}
	return s.ownBody(htmlType, b).send(w, r, status)
}

// public is how one public answer is made and kept.
type public struct {
	key    string // names all that the bytes depend on
	make   func(context.Context) (made, error)
	shared bool   // proxies may keep it for a second
	marks  []mark // of the discussions that the bytes depend on, as the key names them
}

// made is a rendered answer. Its key may be newer than the one asked for, or "" if it must not be kept.
type made struct {
	key  string
	body *body
}

// sendPublic answers from the cache, or makes the answer once for all who wait for it.
func (s *Server) sendPublic(w http.ResponseWriter, r *http.Request, p public) error {
	cache := s.cacheOf(r)
	b, hit := cache.get(p.key)
	kept := true
	if hit {
		s.metrics.cacheHit()
		s.compressLater(cache, p.key, b)
	} else {
		s.metrics.cacheMiss()
		m, err := s.makeOnce(r.Context(), cache, p)
		if err != nil {
			return err
		}
		b, kept = m.body, m.key != ""
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	switch {
	case !kept:
		h.Set("Cache-Control", privateCache)
	case p.shared:
		h.Set("X-Accel-Expires", "1")
	}
	if b.contentType == htmlType {
		speculate(h)
	}
	if hit && cache == s.cache {
		s.keepReady(h, r, p.key, visitOf(r.Context()).content, p.marks, b)
	}
	return b.send(w, r, http.StatusOK)
}

// makeOnce makes an answer in one goroutine for all who ask at the same time; it outlives the first of them.
func (s *Server) makeOnce(ctx context.Context, cache *pageCache, p public) (made, error) {
	ch := s.flight.DoChan(p.key, func() (any, error) {
		if b, ok := cache.get(p.key); ok { // made between this reader's look and this flight
			return made{key: p.key, body: b}, nil
		}
		ctx, cancel := detached(ctx, pageTimeout)
		defer cancel()
		m, err := safely(ctx, p.make)
		if err == nil && m.key != "" {
			cache.put(m.key, m.body)
		}
		return m, err
	})
	select {
	case res := <-ch:
		if res.Err != nil {
			return made{}, res.Err
		}
		return res.Val.(made), nil
	case <-ctx.Done():
		return made{}, ctx.Err()
	}
}

// safely turns a panic into an error: nobody else recovers from one in a flight's own goroutine.
func safely(ctx context.Context, f func(context.Context) (made, error)) (m made, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f(ctx)
}

// compressLater makes the brotli variant of what was asked for twice, behind the answer, one at a time: while one is being
// made, the others wait for their next reader.
func (s *Server) compressLater(cache *pageCache, key string, b *body) {
	if b.brotli.Load() != nil || len(b.identity.bytes) < worthwhile || !s.squeezing.TryLock() {
		return
	}
	s.background.Go(func() {
		defer s.squeezing.Unlock()
		b.makeBrotli()
		cache.resize(key)
	})
}
