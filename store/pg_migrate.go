package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

const (
	// prepareTime bounds all that happens before a store is open. A migrator that was killed holds its lock for lockLease.
	prepareTime = 2 * time.Minute
	// lookTime bounds the look at the version, which asks for one row: on a network that lost it, nobody answers for as long
	// as one waits, while the next connection may be a good one.
	lookTime  = 3 * time.Second
	lockLease = 10 * time.Second
	lockBeat  = 3 * time.Second
	lockTry   = 200 * time.Millisecond
	lockTries = uint64(prepareTime / lockTry)
	lockTable = "goose_lock"
)

// pgMigration is what to bring up to date, and how.
type pgMigration struct {
	hosts     *pgHosts
	steps     fs.FS
	where     string
	mustExist bool
	log       *slog.Logger
}

// migratePG applies the steps that the database lacks, under a lock that is a row: CockroachDB only pretends to have
// PostgreSQL's advisory locks. A database that lacks nothing is not locked, so nobody waits for a migrator that died
// before a restart.
func migratePG(ctx context.Context, config *pgx.ConnConfig, m pgMigration) error {
	config = config.Copy()
	config.RuntimeParams["statement_timeout"] = "60000" // a step may take its time; CockroachDB's do
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // nothing here is worth preparing
	db := stdlib.OpenDB(*config, stdlib.OptionBeforeConnect(m.hosts.order))
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(2) // one for the steps, one to renew the lock
	p, err := m.provider(db)
	if err != nil {
		return err
	}
	current, target, err := m.versions(ctx, db, p)
	if err != nil || current == target {
		return err
	}
	if current == 0 && m.mustExist {
		return &trouble{code: "pg-empty", detail: m.where, remedy: "holds no blog: name its database with --database"}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	return nil
}

func (m pgMigration) provider(db *sql.DB) (*goose.Provider, error) {
	versions, err := database.NewStore(database.DialectPostgres, versionTable)
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresTableLocker(
		lock.WithTableName(lockTable), lock.WithTableLeaseDuration(lockLease), lock.WithTableHeartbeatInterval(lockBeat),
		lock.WithTableLockTimeout(lockTry, lockTries), lock.WithTableLogger(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectCustom, db, m.steps, goose.WithStore(plainStore{versions}),
		goose.WithLocker(locker), goose.WithDisableGlobalRegistry(true))
}

// versions returns where the database stands and what this binary knows. A newer one is refused.
func (m pgMigration) versions(ctx context.Context, db *sql.DB, p *goose.Provider) (current, target int64, err error) {
	sources := p.ListSources()
	target = sources[len(sources)-1].Version
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+versionTable).Scan(&current)
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == noTable {
		return 0, target, nil
	}
	if err == nil && current > target {
		err = newerTables("pg-newer", m.where, current, target)
	}
	return current, target, err
}

// plainStore keeps goose's versions in a table without an identity column, which CockroachDB would fill with numbers of
// its own kind. What is noted twice is noted once.
type plainStore struct{ database.Store }

// CreateVersionTable makes the table and its zero.
func (s plainStore) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+versionTable+` (
		id         BIGINT NOT NULL PRIMARY KEY,
		version_id BIGINT NOT NULL,
		is_applied BOOL NOT NULL,
		tstamp     TIMESTAMPTZ NOT NULL DEFAULT now()
	)`)
	return err
}

// Insert notes that a step was done.
func (s plainStore) Insert(ctx context.Context, db database.DBTxConn, req database.InsertRequest) error {
	_, err := db.ExecContext(ctx, `INSERT INTO `+versionTable+` (id, version_id, is_applied) VALUES ($1, $2, TRUE)
		ON CONFLICT (id) DO NOTHING`, req.Version, req.Version)
	return err
}
