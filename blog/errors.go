package blog

import (
	"errors"
	"fmt"
	"time"
)

// Kind sorts errors by what the one who caused them can do. The zero Kind is an internal error.
type Kind int

// The kinds; web/errors.go gives each its status, its stable name and its words.
const (
	Internal Kind = iota
	Malformed
	Unauthenticated
	Forbidden
	EditWindowClosed
	Banned
	ReadOnly
	NotFound
	MethodNotAllowed
	Duplicate
	Gone
	PreconditionFailed
	PayloadTooLarge
	UnsupportedMediaType
	Validation
	IdempotencyMismatch
	PreconditionRequired
	RateLimited
	Unavailable
	TooSlow // what was sent did not arrive in time
)

// Error is an error of which a reader may be told: its kind and fields, never its cause.
type Error struct {
	Kind       Kind
	Fields     []FieldError  // what is wrong with which field, for Validation
	RetryAfter time.Duration // when trying again may help, for RateLimited and Unavailable
	ID         string        // the comment that exists already, for Duplicate
	Err        error         // the cause, for the log
}

// FieldError names one field and what is wrong with it.
type FieldError struct {
	Field string // "body", "name", "url", "email", "parent", "post", "key"
	Code  string // "required", "too-long", "not-utf8", "control-characters", "not-an-address", "unknown", "deleted", "unexpected"
	Limit int    // for "too-long": the most characters
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Kind, e.Err)
	}
	if len(e.Fields) > 0 {
		return fmt.Sprintf("%s: %s %s", e.Kind, e.Fields[0].Field, e.Fields[0].Code)
	}
	return e.Kind.String()
}

func (e *Error) Unwrap() error { return e.Err }

// E makes an error of kind k; err, which may be nil, is for the log alone.
func E(k Kind, err error) *Error { return &Error{Kind: k, Err: err} }

// Invalid makes a Validation error of one field.
func Invalid(field, code string) *Error {
	return &Error{Kind: Validation, Fields: []FieldError{{Field: field, Code: code}}}
}

// KindOf finds the kind of err; Internal if it has none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

var kindNames = [...]string{
	Internal: "internal", Malformed: "malformed", Unauthenticated: "unauthenticated", Forbidden: "forbidden",
	EditWindowClosed: "edit-window-closed", Banned: "banned", ReadOnly: "read-only", NotFound: "not-found",
	MethodNotAllowed: "method-not-allowed", Duplicate: "duplicate-comment", Gone: "gone",
	PreconditionFailed: "precondition-failed", PayloadTooLarge: "payload-too-large",
	UnsupportedMediaType: "unsupported-media-type", Validation: "validation", IdempotencyMismatch: "idempotency-mismatch",
	PreconditionRequired: "precondition-required", RateLimited: "rate-limited", Unavailable: "storage-unavailable",
	TooSlow: "request-timeout",
}

// String is the kind's stable name, which API clients see; it is never translated.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Internal]
	}
	return kindNames[k]
}
