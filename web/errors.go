package web

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"vang/blog"
)

// errorRow is one kind of error: the status of the answer and the English title that programs see. Readers get the
// catalogue's words for the kind.
type errorRow struct {
	status int
	title  string
}

// errorRows is the one table from kinds to statuses.
var errorRows = [...]errorRow{
	blog.Internal:             {http.StatusInternalServerError, "Internal error"},
	blog.Malformed:            {http.StatusBadRequest, "Malformed request"},
	blog.Unauthenticated:      {http.StatusUnauthorized, "Not signed in"},
	blog.Forbidden:            {http.StatusForbidden, "Forbidden"},
	blog.EditWindowClosed:     {http.StatusForbidden, "The time to change this comment is over"},
	blog.Banned:               {http.StatusForbidden, "Banned"},
	blog.ReadOnly:             {http.StatusForbidden, "This discussion is closed"},
	blog.NotFound:             {http.StatusNotFound, "Not found"},
	blog.MethodNotAllowed:     {http.StatusMethodNotAllowed, "Method not allowed"},
	blog.Duplicate:            {http.StatusConflict, "This comment exists already"},
	blog.Gone:                 {http.StatusGone, "Deleted"},
	blog.PreconditionFailed:   {http.StatusPreconditionFailed, "Changed meanwhile"},
	blog.PayloadTooLarge:      {http.StatusRequestEntityTooLarge, "Too large"},
	blog.UnsupportedMediaType: {http.StatusUnsupportedMediaType, "Unsupported media type"},
	blog.Validation:           {http.StatusUnprocessableEntity, "Something in the request is wrong"},
	blog.IdempotencyMismatch:  {http.StatusUnprocessableEntity, "This idempotency key belongs to another request"},
	blog.PreconditionRequired: {http.StatusPreconditionRequired, "If-Match is required"},
	blog.RateLimited:          {http.StatusTooManyRequests, "Too many requests"},
	blog.Unavailable:          {http.StatusServiceUnavailable, "Storage is unavailable"},
	blog.TooSlow:              {http.StatusRequestTimeout, "The request did not arrive in time"},
}

func rowOf(k blog.Kind) errorRow {
	if k < 0 || int(k) >= len(errorRows) || errorRows[k].status == 0 {
		return errorRows[blog.Internal]
	}
	return errorRows[k]
}

// statusOf is the status of an answer that tells of an error of kind k.
func statusOf(k blog.Kind) int { return rowOf(k).status }

// titleOf is the English title of kind k.
func titleOf(k blog.Kind) string { return rowOf(k).title }

// unavailableRetry is when a reader of a 503 should come back: a database that restarts is there again by then.
const unavailableRetry = 5 * time.Second

// explain turns err into what may be told: the errors of the net/http package get their kind, and what has none stays
// internal.
func explain(err error) *blog.Error {
	var e *blog.Error
	if errors.As(err, &e) {
		if e.Kind == blog.Unavailable && e.RetryAfter == 0 {
			c := *e
			c.RetryAfter = unavailableRetry
			return &c
		}
		return e
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return blog.E(blog.PayloadTooLarge, err)
	case errors.Is(err, context.DeadlineExceeded):
		return &blog.Error{Kind: blog.Unavailable, RetryAfter: unavailableRetry, Err: err}
	}
	return blog.E(blog.Internal, err)
}

// retryAfter sets the header, in whole seconds, rounded up so that who obeys it succeeds.
func retryAfter(h http.Header, d time.Duration) {
	if d > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
	}
}

// logError tells the operator of what was not the reader's doing.
func (s *Server) logError(r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // the reader left
	}
	switch blog.KindOf(explain(err)) {
	case blog.Internal:
		s.deps.Log.LogAttrs(r.Context(), slog.LevelError, "request failed", requestAttrs(r, err)...)
	case blog.Unavailable:
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "storage unavailable", requestAttrs(r, err)...)
	}
}

func requestAttrs(r *http.Request, err error) []slog.Attr {
	return []slog.Attr{
		slog.String("request_id", requestID(r.Context())),
		slog.String("route", visitOf(r.Context()).pattern),
		slog.String("error", err.Error()),
	}
}
