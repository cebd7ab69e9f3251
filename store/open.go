package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"vang/blog"
)

// Options is what a Store is opened with.
type Options struct {
	// Address is "sqlite:PATH", a file that is made if it is not there; "sqlite::memory:" is forgotten at Close; or
	// "postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE" for CockroachDB or PostgreSQL.
	Address string
	// MustExist has Open fail where it would make a database.
	MustExist bool
	Now       blog.Clock   // by which windows and expiries are judged; the database's clock if nil
	Own       blog.Clock   // this machine's clock, with which time is measured between two looks at the database's; time.Now if nil
	Log       *slog.Logger // where housekeeping tells what went wrong; silent if nil

	tracer      pgx.QueryTracer // sees every statement to CockroachDB or PostgreSQL; for tests
	busyTimeout time.Duration   // how long a lock of another program is waited for
}

// Open opens the database at o.Address and brings its tables up to date. Its errors say what to do. Several processes may
// open one database at once.
func Open(ctx context.Context, o Options) (Store, error) {
	if o.Own == nil {
		o.Own = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.busyTimeout == 0 {
		o.busyTimeout = busyTimeout
	}
	s, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, o Options) (Store, error) {
	if scheme, _, found := strings.Cut(o.Address, ":"); found && isPG(scheme) {
		return openPG(ctx, o.Address, o)
	}
	path, err := sqlitePath(o.Address)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = o.Own
	}
	return openSQLite(ctx, path, o)
}

// sqlitePath takes the file's name out of an address. It never repeats an address in its error: one may hold a password.
func sqlitePath(address string) (string, error) {
	scheme, path, _ := strings.Cut(address, ":")
	if scheme != "sqlite" {
		return "", &trouble{code: "address", detail: "the database's address", remedy: "begins with no known scheme: use" +
			" sqlite:PATH, such as sqlite:vang.db, or " + pgExample}
	}
	path = strings.TrimPrefix(path, "//")
	if path == "" {
		return "", &trouble{code: "sqlite-no-file", detail: "the database's address", remedy: "names no file: use sqlite:PATH," +
			" such as sqlite:vang.db"}
	}
	return path, nil
}
