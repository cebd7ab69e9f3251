package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vang/blog"
)

// pgQuerier carries texts to a connection, or to a transaction on one.
type pgQuerier struct {
	to interface {
		Exec(ctx context.Context, text string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, text string, args ...any) (pgx.Rows, error)
	}
}

func (q pgQuerier) exec(ctx context.Context, text string, args ...any) error {
	if !storable(args) {
		return blog.E(blog.Malformed, errors.New("text that is not UTF-8 or holds a NUL"))
	}
	_, err := q.to.Exec(ctx, text, args...)
	return err
}

func (q pgQuerier) row(ctx context.Context, dest []any, text string, args ...any) error {
	err := sql.ErrNoRows
	if e := q.rows(ctx, func(r scanner) error { err = nil; return r.Scan(dest...) }, text, args...); e != nil {
		return e
	}
	return err
}

func (q pgQuerier) rows(ctx context.Context, scan func(scanner) error, text string, args ...any) error {
	if !storable(args) {
		return nil // nothing is equal to what cannot be stored
	}
	rows, err := q.to.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// storable tells whether every text among args is one that PostgreSQL takes. It refuses a NUL, which SQLite and CockroachDB
// take, and what is not UTF-8. It also makes empty bytes of nil ones, which would be NULL.
func storable(args []any) bool {
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			if !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 {
				return false
			}
		case []byte:
			if v == nil {
				args[i] = []byte{}
			}
		}
	}
	return true
}

// read is reader's. One statement sees one moment by itself; more than one need a transaction that holds its moment still.
func (p *pgPool) read(ctx context.Context, alone bool, f func(ctx context.Context, t txn) error) error {
	return p.readWithin(ctx, p.limits, alone, f)
}

func (p *pgPool) readWithin(ctx context.Context, limits pgLimits, alone bool, f func(ctx context.Context, t txn) error) error {
	err := p.within(ctx, limits, func(ctx context.Context, c *pgx.Conn) error {
		if alone {
			return f(ctx, txn{pgQuerier{c}})
		}
		tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(ctx) }() // nothing was written; a connection that cannot even end it is closed
		return f(ctx, txn{pgQuerier{tx}})
	})
	if err == nil {
		err = ctx.Err() // whoever is late has gone
	}
	return err
}
