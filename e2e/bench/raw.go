package bench

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver that Vang has
)

// What a program would do that keeps comments and knows nothing of numbers, pages, keys, sessions and readers: one table with
// one index, one INSERT a comment, each its own transaction.
const rawTable = `CREATE TABLE IF NOT EXISTS raw (id TEXT NOT NULL PRIMARY KEY, post TEXT NOT NULL, seq BIGINT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL)`

const rawInsert = `INSERT INTO raw (id, post, seq, name, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)`

func (j job) row(run string, n int) []any {
	return []any{
		fmt.Sprintf("%s%d", run, n), j.Posts[n%len(j.Posts)], int64(n), fmt.Sprint("Reader ", n%1000), j.Texts[n%len(j.Texts)], time.Now().UnixMicro(),
	}
}

// pgxClient inserts through a pool that all share. With head it first counts the one row of its post up, in the same
// transaction, as everyone must who numbers comments without holes: one by one.
type pgxClient struct {
	job  job
	run  string
	pool *pgxpool.Pool
	head bool
	end  *sync.Once
}

func pgxClients(ctx context.Context, j job) (all []client, err error) {
	config, err := pgxpool.ParseConfig(j.Addr)
	if err != nil {
		return nil, err
	}
	config.MaxConns, config.MinConns = int32(j.Clients), int32(j.Clients)
	head := j.Kind == "pgx-head"
	if head { // as writers of one row must: where transactions are serializable all but one would fail
		config.ConnConfig.RuntimeParams["default_transaction_isolation"] = "read committed"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		rawTable,
		`CREATE TABLE IF NOT EXISTS raw_heads (post TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL)`,
	} {
		if _, err := pool.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	for _, post := range j.Posts {
		if _, err := pool.Exec(ctx, `INSERT INTO raw_heads (post, last) VALUES ($1, 0) ON CONFLICT DO NOTHING`, post); err != nil {
			return nil, err
		}
	}
	run, once := fmt.Sprint(time.Now().UnixNano(), "-"), &sync.Once{}
	for range j.Clients {
		all = append(all, &pgxClient{job: j, run: run, pool: pool, head: head, end: once})
	}
	return all, nil
}

func (c *pgxClient) close() { c.end.Do(c.pool.Close) }

func (c *pgxClient) do(ctx context.Context, n int) error {
	row := c.job.row(c.run, n)
	if !c.head {
		_, err := c.pool.Exec(ctx, rawInsert, row...)
		return err
	}
	tx, err := c.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after a commit it does nothing
	if err := tx.QueryRow(ctx, `UPDATE raw_heads SET last = last + 1 WHERE post = $1 RETURNING last`, row[1]).Scan(&row[2]); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, rawInsert, row...); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// sqliteClient inserts over the one connection that all share, as SQLite has one writer: INSERT and commit, one by one, as
// safe from a loss of power as Vang's.
type sqliteClient struct {
	job    job
	run    string
	db     *sql.DB
	insert *sql.Stmt
	end    *sync.Once
}

func sqliteClients(ctx context.Context, j job) (all []client, err error) {
	db, err := sql.Open("sqlite", "file:"+j.Addr+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, rawTable); err != nil {
		return nil, err
	}
	insert, err := db.PrepareContext(ctx, rawInsert)
	if err != nil {
		return nil, err
	}
	run, once := fmt.Sprint(time.Now().UnixNano(), "-"), &sync.Once{}
	for range j.Clients {
		all = append(all, &sqliteClient{job: j, run: run, db: db, insert: insert, end: once})
	}
	return all, nil
}

func (c *sqliteClient) close() { c.end.Do(func() { _ = c.db.Close() }) }

func (c *sqliteClient) do(ctx context.Context, n int) error {
	_, err := c.insert.ExecContext(ctx, c.job.row(c.run, n)...)
	return err
}
