package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"vang/blog"
	"vang/wire"
)

// answer is the http.ResponseWriter that handlers see: it remembers what went out.
type answer struct {
	http.ResponseWriter
	ctx    context.Context // of the request
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Hijack is for those who ask for an http.Hijacker.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(a.ResponseWriter).Hijack()
	if err == nil && a.status == 0 {
		a.status = http.StatusSwitchingProtocols
	}
	if c, ok := conn.(*wire.Conn); ok {
		conn = c.NetConn() // which can do what a TCP connection can
	}
	return conn, rw, err
}

// FlushError is for http.ResponseController, whose own would leave behind what wire holds.
func (a *answer) FlushError() error {
	if err := http.NewResponseController(a.ResponseWriter).Flush(); err != nil {
		return err
	}
	return wire.Flush(a.ctx)
}

// observe is the outermost layer: it gives the request its visit and tells log and metrics how it went. The line holds no
// address, no name and no query: they are the reader's.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		v := s.newVisit(r)
		v.content, v.year = s.snapshot(), s.deps.Now().Year()
		a := &answer{ResponseWriter: w, ctx: r.Context()}
		w.Header().Set("X-Request-Id", v.id)
		secure(w.Header()) // here, since the mux answers some requests by itself
		next.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
		status, took := a.status, time.Since(begin)
		if status == 0 {
			status = http.StatusOK
		}
		s.metrics.observe(v.pattern, r.Method, status, took, a.bytes)
		s.deps.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("request_id", v.id), slog.String("method", r.Method), slog.String("route", v.pattern),
			slog.Int("status", status), slog.Int64("bytes", a.bytes), slog.Float64("duration_ms", milliseconds(took)))
	})
}

// milliseconds are rounded to a microsecond.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

// statusLeft is what Nginx logs for a client that did not wait; nobody reads it.
const statusLeft = 499

// recovered answers a panic with an error page and tells the log where it was.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p) // the way to drop a connection, not a fault
			}
			s.deps.Log.LogAttrs(r.Context(), slog.LevelError, "panic",
				append(requestAttrs(r, fmt.Errorf("%v", p)), slog.String("stack", string(debug.Stack())))...)
			if v := visitOf(r.Context()); v.routed != nil {
				r = v.routed // which has read the form, whose text is given back
			}
			if a, ok := w.(*answer); ok && a.status == 0 {
				s.tell(w, r, visitOf(r.Context()).group, blog.E(blog.Internal, nil))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// adapt makes a route's handler an http.Handler: limits before, errors after.
func (s *Server) adapt(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		v.pattern = rt.pattern
		if rt.group.timeout > 0 {
			ctx, cancel := context.WithTimeout(r.Context(), rt.group.timeout)
			defer cancel()
			r = r.WithContext(ctx)
			deadlines(w, rt.group.timeout)
		}
		limitBody(w, r, rt.group.body)
		v.routed, v.group = r, rt.group
		if rt.group.cache != "" {
			w.Header().Set("Cache-Control", rt.group.cache)
		}
		err := s.admit(r)
		if err == nil {
			if rt.group.session {
				v.session = s.loadSession(r)
			}
			err = s.authored(w, r, rt.handle(w, r))
		}
		if err != nil && errors.Is(err, context.Canceled) && r.Context().Err() != nil {
			w.WriteHeader(statusLeft)
			return
		}
		if err != nil {
			s.logError(r, err)
			s.tell(w, r, rt.group, explain(err))
		}
	})
}

// admit refuses what no route should see.
func (s *Server) admit(r *http.Request) error {
	if !wellShapedHost(r.Host) {
		return blog.E(blog.Malformed, fmt.Errorf("host %q is none", r.Host))
	}
	if err := s.origin.Check(r); err != nil {
		return blog.E(blog.Forbidden, err)
	}
	return nil
}

// limitBody lets through at most n bytes. A body whose length says that it is longer is refused at its first read.
func limitBody(w http.ResponseWriter, r *http.Request, n int64) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, n)
	}
}

// readGrace is between the end of a request's time and that of reading from its connection. The latter ends the context as
// if the client had left: it must come second, or a slow database would look like an impatient reader.
const readGrace = 250 * time.Millisecond

// deadlines cut off those who send or take their bytes too slowly. They end with the request, and with a hijack. A writer
// that has none is a test's.
func deadlines(w http.ResponseWriter, limit time.Duration) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Now().Add(limit + readGrace))
	_ = c.SetWriteDeadline(time.Now().Add(limit + time.Minute))
}

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; media-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types htmx"

// secure sets what every answer carries, an error's too.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}
