package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements prepares each SQL text once. All texts go through it, so that a test can explain every one of them.
type statements struct {
	prepare func(ctx context.Context, text string) (*sql.Stmt, error)

	mu     sync.Mutex
	byText map[string]*sql.Stmt
}

func newStatements(prepare func(context.Context, string) (*sql.Stmt, error)) *statements {
	return &statements{prepare: prepare, byText: map[string]*sql.Stmt{}}
}

func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st, ok := s.byText[text]; ok {
		return st, nil
	}
	st, err := s.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	s.byText[text] = st
	return st, nil
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.byText {
		_ = st.Close()
	}
	s.byText = map[string]*sql.Stmt{}
}

// txn is one transaction, reading or writing.
type txn struct {
	stmts *statements
	tx    *sql.Tx // nil in the writer, which owns its connection and says BEGIN itself
}

func (t txn) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	st, err := t.stmts.get(ctx, text)
	if err != nil || t.tx == nil {
		return st, err
	}
	return t.tx.StmtContext(ctx, st), nil
}

// exec returns the number of rows that changed.
func (t txn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	st, err := t.stmt(ctx, text)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row reads one row into dest; sql.ErrNoRows if there is none.
func (t txn) row(ctx context.Context, dest []any, text string, args ...any) error {
	st, err := t.stmt(ctx, text)
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, args...).Scan(dest...)
}

// rows calls scan for each row.
func (t txn) rows(ctx context.Context, scan func(*sql.Rows) error, text string, args ...any) error {
	st, err := t.stmt(ctx, text)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
