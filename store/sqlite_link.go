package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// link is one connection and the statements prepared on it. One goroutine uses it at a time. It connects when it is needed
// and again after disconnect.
type link struct {
	db    *sql.DB
	place *place
	conn  *sql.Conn // nil while there is none
	// byText holds each SQL text prepared once. All texts go through it, so that a test can explain every one of them.
	byText map[string]*sql.Stmt
}

func (l *link) connect(ctx context.Context) (err error) {
	if l.conn != nil {
		return nil
	}
	conn, err := l.db.Conn(ctx)
	if moved := l.place.check(); moved != nil { // after connecting: what the name leads to now is what it led to then
		if err == nil {
			_ = conn.Close()
		}
		return moved
	}
	if err == nil {
		l.conn, l.byText = conn, map[string]*sql.Stmt{}
	}
	return err
}

// disconnect throws the connection away, with whatever transaction it was in.
func (l *link) disconnect() {
	if l.conn == nil {
		return
	}
	for _, st := range l.byText {
		_ = st.Close()
	}
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = l.conn.Close()
	l.conn, l.byText = nil, nil
}

func (l *link) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if st, ok := l.byText[text]; ok {
		return st, nil
	}
	st, err := l.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	l.byText[text] = st
	return st, nil
}

// exec carries out text.
func (l *link) exec(ctx context.Context, text string, args ...any) error {
	st, err := l.stmt(ctx, text)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx, args...)
	return err
}

// row reads one row into dest; sql.ErrNoRows if there is none.
func (l *link) row(ctx context.Context, dest []any, text string, args ...any) error {
	st, err := l.stmt(ctx, text)
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, args...).Scan(dest...)
}

// rows calls scan for each row.
func (l *link) rows(ctx context.Context, scan func(scanner) error, text string, args ...any) error {
	st, err := l.stmt(ctx, text)
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
