package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Sessions are looked for with every request that carries a cookie, and written with many first comments: who does so at the
// same moment shares a statement.
const (
	selectSessions = `SELECT token, data FROM sessions WHERE token = ANY ($1::text[]) AND expiry > $2`
	// putSessions takes rows in the order of their tokens, so that two of these cannot wait for each other.
	putSessions = `INSERT INTO sessions (token, data, expiry)
		SELECT u.token, u.data, u.expiry FROM unnest($1::text[], $2::bytea[], $3::bigint[]) AS u (token, data, expiry)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`
)

// keptSession is a row of that table.
type keptSession struct {
	data   []byte
	expiry int64
}

// gatherSessions leaves half of the connections to others.
func (s *pgStore) gatherSessions() {
	half := func(p *pgPool) pace { return pace{all: max(1, int(p.Config().MaxConns)/2)} }
	s.finding = &gather[struct{}, []byte]{ask: s.findSessions, pace: half(s.reading)}
	s.keeping = &gather[keptSession, struct{}]{ask: s.keepSessions, pace: half(s.writing)}
}

// FindSession is Store's.
func (s *pgStore) FindSession(ctx context.Context, token string) (data []byte, found bool, err error) {
	if !storable([]any{token}) {
		return nil, false, nil
	}
	data, found, err = s.finding.do(ctx, token, struct{}{})
	return data, found, s.named("find session", err)
}

// CommitSession is Store's.
func (s *pgStore) CommitSession(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if !storable([]any{token}) {
		return fmt.Errorf("keep session: %w", errNoText())
	}
	_, _, err := s.keeping.do(ctx, token, keptSession{append([]byte{}, data...), toMicros(expiry)})
	return s.named("keep session", err)
}

func (s *pgStore) findSessions(ctx context.Context, asked map[string]struct{}) (answers map[string][]byte, err error) {
	tokens := slices.Collect(maps.Keys(asked))
	err = s.read(ctx, true, func(ctx context.Context, t txn) error {
		answers = make(map[string][]byte, len(tokens))
		return t.rows(ctx, func(row scanner) error {
			var token string
			var data []byte
			err := row.Scan(&token, &data)
			answers[token] = data
			return err
		}, selectSessions, tokens, toMicros(s.now()))
	})
	return answers, err
}

func (s *pgStore) keepSessions(ctx context.Context, rows map[string]keptSession) (map[string]struct{}, error) {
	tokens := slices.Sorted(maps.Keys(rows))
	data := column(tokens, func(token string) []byte { return rows[token].data })
	expiries := column(tokens, func(token string) int64 { return rows[token].expiry })
	return nil, s.writing.do(ctx, func(ctx context.Context, c *pgx.Conn) error {
		return pgQuerier{c}.exec(ctx, putSessions, tokens, data, expiries)
	})
}
