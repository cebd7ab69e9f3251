package store

import (
	"errors"
	"time"

	"vang/blog"
)

func unavailable(retry time.Duration, err error) error {
	return &blog.Error{Kind: blog.Unavailable, RetryAfter: retry, Err: err}
}

func errClosed() error { return unavailable(0, errors.New("the database is closed")) }
