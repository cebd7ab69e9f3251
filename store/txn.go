package store

import "context"

// querier carries SQL texts, with placeholders $1 and on, to one connection. It stands in whatever transaction its owner
// began.
type querier interface {
	// exec carries out text.
	exec(ctx context.Context, text string, args ...any) error
	// row reads one row into dest; an error that is sql.ErrNoRows if there is none.
	row(ctx context.Context, dest []any, text string, args ...any) error
	// rows calls scan for each row.
	rows(ctx context.Context, scan func(scanner) error, text string, args ...any) error
}

// scanner is one row.
type scanner interface{ Scan(dest ...any) error }

// txn is what discussions ask of a transaction, in SQL that every engine speaks.
type txn struct{ querier }
