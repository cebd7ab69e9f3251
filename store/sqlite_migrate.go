package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

const versionTable = "goose_db_version"

// migrate applies the steps that the database lacks. Several processes may do so at once without a lock (goose has none
// for SQLite): the version table takes each number once, in the same transaction as its step, so whoever comes second is
// rolled back and looks again.
func migrate(ctx context.Context, db *sql.DB, steps fs.FS, file string) error {
	seen := int64(-1)
	for {
		current, target, err := up(ctx, db, steps)
		switch {
		case current > target:
			return newerTables("sqlite-newer", file, current, target)
		case err == nil:
			return nil
		case current <= seen: // nobody else did the step meanwhile: it is the step that fails
			return fmt.Errorf("bring the tables up to date: %w", err)
		}
		seen = current
	}
}

// up applies what is missing and returns where the database then stands, also after an error, and what this binary knows.
func up(ctx context.Context, db *sql.DB, steps fs.FS) (current, target int64, err error) {
	versions, err := database.NewStore(database.DialectSQLite3, versionTable)
	if err != nil {
		return 0, 0, err
	}
	p, err := goose.NewProvider(goose.DialectCustom, db, steps,
		goose.WithStore(onceStore{versions}), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, 0, err
	}
	_, err = p.Up(ctx)
	current, target, versionErr := p.GetVersions(ctx)
	if err == nil {
		err = versionErr
	}
	return current, target, err
}

// onceStore keeps goose's versions in a table that takes each one once.
type onceStore struct{ database.Store }

// TableExists saves goose from asking a table that is not there.
func (s onceStore) TableExists(ctx context.Context, db database.DBTxConn) (bool, error) {
	var n int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`, versionTable).Scan(&n)
	return n > 0, err
}

// CreateVersionTable bears that another process was first.
func (s onceStore) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+versionTable+` (
		id         INTEGER PRIMARY KEY,
		version_id INTEGER NOT NULL UNIQUE,
		is_applied INTEGER NOT NULL,
		tstamp     TIMESTAMP NOT NULL DEFAULT (datetime('now'))
	)`)
	return err
}

// Insert bears that another process made the table and its zero.
func (s onceStore) Insert(ctx context.Context, db database.DBTxConn, req database.InsertRequest) error {
	if req.Version > 0 {
		return s.Store.Insert(ctx, db, req)
	}
	_, err := db.ExecContext(ctx, `INSERT OR IGNORE INTO `+versionTable+` (version_id, is_applied) VALUES (0, 1)`)
	return err
}
