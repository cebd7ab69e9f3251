package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"vang/blog"
)

// Options is what a Store is opened with.
type Options struct {
	// Address is "sqlite:PATH", a file that is made if it is not there; "sqlite::memory:" is forgotten at Close.
	Address string
	// MustExist has Open fail where it would make a database.
	MustExist bool
	Now       blog.Clock   // by which windows and expiries are judged; time.Now if nil
	Log       *slog.Logger // where housekeeping tells what went wrong; silent if nil

	busyTimeout time.Duration // how long a lock of another program is waited for
}

// Open opens the database at o.Address and brings its tables up to date. Its errors say what to do. Several processes may
// open one database at once.
func Open(ctx context.Context, o Options) (Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.busyTimeout == 0 {
		o.busyTimeout = busyTimeout
	}
	path, err := sqlitePath(o.Address)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s, err := openSQLite(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return s, nil
}

// sqlitePath takes the file's name out of an address. It never repeats an address in its error: one may hold a password.
func sqlitePath(address string) (string, error) {
	scheme, path, found := strings.Cut(address, ":")
	switch {
	case found && scheme == "sqlite":
		path = strings.TrimPrefix(path, "//")
	case found && (scheme == "postgres" || scheme == "postgresql" || scheme == "cockroach" || scheme == "cockroachdb"):
		return "", fmt.Errorf("this build does not speak %s yet: use sqlite:PATH, such as sqlite:vang.db", scheme)
	default:
		return "", errors.New("the address begins with no known scheme: use sqlite:PATH, such as sqlite:vang.db")
	}
	if path == "" {
		return "", errors.New("the address names no file: use sqlite:PATH, such as sqlite:vang.db")
	}
	return path, nil
}
