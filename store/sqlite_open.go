package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"vang/migrations"
)

// sqliteStore keeps everything in one file.
type sqliteStore struct {
	*reads
	links   *links
	writer  *writer
	readDB  *sql.DB
	writeDB *sql.DB
	guard   *sql.Conn                 // keeps the log from being removed, and made anew, when others reconnect
	place   *place                    // nil for a temporary database
	beaten  atomic.Pointer[time.Time] // when a write last proved that writing works
	temp    string                    // folder to remove at Close; "" for none
}

// busyTimeout is how long a lock of another program is waited for.
const busyTimeout = 5 * time.Second

func openSQLite(ctx context.Context, path string, o Options) (_ *sqliteStore, err error) {
	s := &sqliteStore{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if path, err = s.ready(path, o.MustExist); err != nil {
		return nil, err
	}
	fault := fileFault(path)
	if s.writeDB, err = openDB(path, 1, o.busyTimeout, ""); err != nil {
		return nil, err
	}
	if err := prepareFile(ctx, s.writeDB, path, o.busyTimeout); err != nil {
		return nil, fault(err)
	}
	readers := min(8, max(4, runtime.GOMAXPROCS(0)))
	if s.readDB, err = openDB(path, readers+1, o.busyTimeout, "&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	s.links = newLinks(s.readDB, readers)
	s.reads = &reads{reader: s.links, now: o.Now, fault: fault}
	s.writer = &writer{link: &link{db: s.writeDB}, fault: fault, lost: lost, sweep: s.sweep, now: o.Now, log: o.Log}
	if err := s.hold(ctx, path); err != nil {
		return nil, fault(err)
	}
	s.writer.start()
	return s, nil
}

// ready makes sure of a file at path, or at one of its own for ":memory:".
func (s *sqliteStore) ready(path string, mustExist bool) (_ string, err error) {
	if path == ":memory:" && !mustExist {
		if s.temp, err = os.MkdirTemp("", "vang-"); err != nil {
			return "", err
		}
		path = filepath.Join(s.temp, "vang.db")
	}
	if err := checkPath(path); err != nil {
		return "", err
	}
	if mustExist {
		if err := checkExists(path); err != nil {
			return "", err
		}
	}
	return path, makeFile(path)
}

// hold proves that the file can be written and remembers which it is. That comes last: until it was written, a file in
// the lower layer of a container's image is another one.
func (s *sqliteStore) hold(ctx context.Context, path string) (err error) {
	if err := s.firstBeat(ctx); err != nil {
		return err
	}
	if s.guard, err = s.readDB.Conn(ctx); err != nil {
		return err
	}
	var epoch string
	if err := s.guard.QueryRowContext(ctx, selectEpoch).Scan(&epoch); err != nil { // the log is opened at the first read
		return err
	}
	if s.temp == "" {
		if s.place, err = newPlace(path); err != nil {
			return err
		}
	}
	s.writer.place, s.writer.link.place = s.place, s.place
	return s.links.open(ctx, s.place)
}

// openDB makes a pool of connections to the file, opened when they are needed; none of them makes a file. FULL: an
// acknowledged comment survives a loss of power; group commit pays for it. IMMEDIATE: a transaction that turns from reading
// to writing would fail at once when another has written meanwhile (measured: 627 of 800 under 8 writers).
func openDB(path string, conns int, busy time.Duration, more string) (*sql.DB, error) {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}).String()
	name += fmt.Sprintf("?mode=rw&_txlock=immediate&_pragma=busy_timeout(%d)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"+
		"&_pragma=journal_size_limit(%d)%s", busy.Milliseconds(), 64<<20, more)
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// prepareFile makes the file a database that has today's tables.
func prepareFile(ctx context.Context, db *sql.DB, path string, busy time.Duration) error {
	if err := useWAL(ctx, db, path, busy); err != nil {
		return err
	}
	steps, err := migrations.SQLite()
	if err != nil {
		return err
	}
	return migrate(ctx, db, steps, path)
}

// useWAL switches to the write-ahead log, once in the file's life. SQLite does not wait for this lock by itself when
// another process is switching too, so this waits for it.
func useWAL(ctx context.Context, db *sql.DB, path string, busy time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, busy)
	defer cancel()
	var mode string
	for {
		err := db.QueryRowContext(ctx, `PRAGMA journal_mode(WAL)`).Scan(&mode)
		if err == nil {
			break
		}
		if !isBusy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
	if mode != "wal" {
		return &trouble{code: "sqlite-not-local", detail: path, remedy: fmt.Sprintf("cannot keep a write-ahead log (it answers"+
			" %q): put it on a local disk", mode)}
	}
	return nil
}

// Now is Store's: the file has no clock but this machine's.
func (s *sqliteStore) Now() time.Time { return s.now() }

// Close finishes the writes that wait.
func (s *sqliteStore) Close() error {
	s.writer.close()
	return s.release()
}

func (s *sqliteStore) release() error {
	var errs []error
	if s.links != nil {
		s.links.close()
	}
	if s.writer != nil {
		s.writer.link.disconnect()
	}
	if s.guard != nil {
		_ = s.guard.Close()
	}
	if s.readDB != nil {
		errs = append(errs, s.readDB.Close())
	}
	if s.writeDB != nil {
		errs = append(errs, s.writeDB.Close()) // the last: it folds the log into the file
	}
	if s.temp != "" {
		errs = append(errs, os.RemoveAll(s.temp))
	}
	return errors.Join(errs...)
}
