package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"vang/blog"
)

// code returns SQLite's primary result code, 0 for an error that is not its own.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func isBusy(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_LOCKED
}

// lost tells whether err is the engine's trouble, after which the transaction may be gone, rather than one statement's.
func lost(err error) bool {
	switch code(err) {
	case 0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
		return false
	default:
		return true
	}
}

// fileFault returns the function that says of an error of the database in file what to do about it.
func fileFault(file string) func(error) error {
	return func(err error) error {
		var known *blog.Error
		if err == nil || errors.As(err, &known) {
			return err
		}
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return unavailable(time.Second, err)
		}
		r := remedyFor(code(err), file)
		if r.code == "" {
			return err
		}
		return unavailable(r.retry, &trouble{code: r.code, detail: file, remedy: r.text, err: err})
	}
}

func remedyFor(code int, file string) remedy {
	switch code {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return remedy{
			"sqlite-locked", "is locked by another program: close that program, or wait until it is done", 2 * time.Second,
		}
	case sqlite3.SQLITE_FULL:
		return remedy{"sqlite-full", "cannot grow: free some space on its disk", 30 * time.Second}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return remedy{"sqlite-read-only", "cannot be written: " + letWrite(file), 0}
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
		return remedy{"sqlite-cannot-open", cannotOpen(file), 0}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return remedy{"sqlite-damaged", "is damaged or no SQLite database: put a backup in its place, or name another file", 0}
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_NOLFS:
		return remedy{"sqlite-disk", "cannot be read or written: look after its disk", 5 * time.Second}
	case sqlite3.SQLITE_INTERRUPT:
		return remedy{"sqlite-given-up", "was busy when the caller gave up", time.Second}
	}
	return remedy{}
}

func cannotOpen(file string) string { return "cannot be opened or made: " + letWrite(file) }

// letWrite names the log and its index too: SQLite makes them with the file's mode, and they keep it when that is mended.
func letWrite(file string) string {
	return fmt.Sprintf("let the user that runs Vang write the file, %s-wal and %s-shm where they are, and the folder %s",
		file, file, filepath.Dir(file))
}
