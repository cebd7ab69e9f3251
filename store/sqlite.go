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
	"time"

	"modernc.org/sqlite"

	"vang/migrations"
)

// sqliteStore keeps everything in one file.
type sqliteStore struct {
	*reads
	writer  *writer
	readDB  *sql.DB
	writeDB *sql.DB
	temp    string // folder to remove at Close; "" for none
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
	if path == ":memory:" {
		if s.temp, err = os.MkdirTemp("", "vang-"); err != nil {
			return nil, err
		}
		path = filepath.Join(s.temp, "vang.db")
	}
	if err := checkPath(path); err != nil {
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
	if s.readDB, err = openDB(path, readers, o.busyTimeout, "&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	s.reads = newReads(s.readDB, readers, o.Now, fault)
	s.writer = &writer{link: &link{db: s.writeDB}, fault: fault, lost: lost, sweep: s.sweep, now: o.Now, log: o.Log}
	s.writer.start()
	return s, nil
}

// checkPath finds the mistakes that SQLite would only call "unable to open database file".
func checkPath(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: name a file in it, such as sqlite:%s", path, filepath.Join(path, "vang.db"))
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s cannot be made because the folder %s does not exist: make it, or name another file", path, dir)
	case err != nil:
		return fmt.Errorf("%s cannot be opened: look after its folder: %w", path, err)
	case !info.IsDir():
		return fmt.Errorf("%s cannot be made because %s is not a folder: name another file", path, dir)
	}
	return nil
}

// openDB makes a pool of connections to the file, opened when they are needed. FULL: an acknowledged comment survives a
// loss of power; group commit pays for it. IMMEDIATE: a transaction that turns from reading to writing would fail at once
// when another has written meanwhile (measured: 627 of 800 under 8 writers).
func openDB(path string, conns int, busy time.Duration, more string) (*sql.DB, error) {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}).String()
	name += fmt.Sprintf("?_txlock=immediate&_pragma=busy_timeout(%d)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"+
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

// prepareFile makes the file a database that can be written now and has today's tables.
func prepareFile(ctx context.Context, db *sql.DB, path string, busy time.Duration) error {
	if err := useWAL(ctx, db, path, busy); err != nil {
		return err
	}
	steps, err := migrations.SQLite()
	if err != nil {
		return err
	}
	if err := migrate(ctx, db, steps, path); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil) // immediate: fails now, not at the first comment, where nothing may be written
	if err != nil {
		return err
	}
	return tx.Rollback()
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
		return fmt.Errorf("%s cannot keep a write-ahead log (it answers %q): put it on a local disk", path, mode)
	}
	return nil
}

// Ping is Store's: it reads, and takes the lock for writing.
func (s *sqliteStore) Ping(ctx context.Context) error {
	if _, err := s.Epoch(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	err := s.writer.do(ctx, func(context.Context, txn) error { return nil })
	if err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close finishes the writes that wait.
func (s *sqliteStore) Close() error {
	s.writer.close()
	s.reads.close()
	return s.release()
}

func (s *sqliteStore) release() error {
	var errs []error
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
