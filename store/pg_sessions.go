package store

import (
	"context"
	"errors"
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
	data    []byte
	expiry  int64
	givenUp func() error // of the caller: not nil when nobody waits for it any more
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
	_, kept, err := s.keeping.do(ctx, token, keptSession{append([]byte{}, data...), toMicros(expiry), ctx.Err})
	if err == nil && !kept {
		err = unavailable(time.Second, errors.New("another request wrote the same session and gave up"))
	}
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

// keepSessions leaves out what was given up meanwhile: by a later try it could come back after it was ended.
func (s *pgStore) keepSessions(ctx context.Context, rows map[string]keptSession) (kept map[string]struct{}, err error) {
	sorted := slices.Sorted(maps.Keys(rows))
	err = s.writing.do(ctx, func(ctx context.Context, c *pgx.Conn) error {
		kept = make(map[string]struct{}, len(rows))
		tokens := slices.DeleteFunc(slices.Clone(sorted), func(token string) bool { return rows[token].givenUp() != nil })
		for _, token := range tokens {
			kept[token] = struct{}{}
		}
		if len(tokens) == 0 {
			return nil
		}
		data := column(tokens, func(token string) []byte { return rows[token].data })
		expiries := column(tokens, func(token string) int64 { return rows[token].expiry })
		return pgQuerier{c}.exec(ctx, putSessions, tokens, data, expiries)
	})
	return kept, err
}
