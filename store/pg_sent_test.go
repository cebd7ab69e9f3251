package store_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"vang/blog"
	"vang/store"
	"vang/store/dialect"
)

// sent is every statement that stores sent to a server.
type sent struct {
	mu         sync.Mutex
	statements map[string]*sentStatement
	otherwise  []string // ways past the eye of this tracer that were used
}

// sentStatement is one text.
type sentStatement struct {
	text   string
	args   []any // of the first time
	inside bool  // it was sent inside a transaction
}

// foreign tells what goose wrote.
func (s *sentStatement) foreign() bool {
	return strings.Contains(s.text, store.LockTable) || strings.Contains(s.text, store.VersionTable)
}

func newSent() *sent { return &sent{statements: map[string]*sentStatement{}} }

// TraceQueryStart is pgx.QueryTracer's.
func (s *sent) TraceQueryStart(ctx context.Context, c *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.statements[data.SQL]
	if known == nil {
		known = &sentStatement{text: data.SQL, args: slices.Clone(data.Args)}
		s.statements[data.SQL] = known
	}
	known.inside = known.inside || c.PgConn().TxStatus() != 'I'
	return ctx
}

// TraceQueryEnd is pgx.QueryTracer's.
func (s *sent) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart is pgx.BatchTracer's. A batch outside of a transaction is atomic on one engine only.
func (s *sent) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	s.note("a batch")
	return ctx
}

// TraceBatchQuery is pgx.BatchTracer's.
func (s *sent) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd is pgx.BatchTracer's.
func (s *sent) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TraceCopyFromStart is pgx.CopyFromTracer's.
func (s *sent) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromStartData) context.Context {
	s.note("COPY")
	return ctx
}

// TraceCopyFromEnd is pgx.CopyFromTracer's.
func (s *sent) TraceCopyFromEnd(context.Context, *pgx.Conn, pgx.TraceCopyFromEndData) {}

func (s *sent) note(way string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.otherwise = append(s.otherwise, way)
}

// list is the statements, sorted.
func (s *sent) list() (list []*sentStatement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range slices.Sorted(maps.Keys(s.statements)) {
		list = append(list, s.statements[text])
	}
	return list
}

// open opens a store whose statements are seen.
func (s *sent) open(t testing.TB, address string, now blog.Clock) store.Store {
	t.Helper()
	opened, err := store.OpenTraced(t.Context(), store.Options{Address: address, Now: now}, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened
}

// check demands of each statement that CockroachDB takes it and that it keeps the house's rules.
func (s *sent) check(t *testing.T) {
	for _, way := range s.otherwise {
		t.Errorf("%s was sent: it is not seen here, and not alike on both engines", way)
	}
	c := checker(t)
	for _, st := range s.list() {
		from := dialect.House
		if st.foreign() {
			from = dialect.Foreign
		}
		faults := c.Check(st.text, from)
		// goose makes its own table inside a transaction; CockroachDB then commits what was before it, which is nothing, and
		// carries out the rest by itself. It can be made twice.
		again := st.foreign() && strings.Contains(st.text, "IF NOT EXISTS")
		if st.inside && dialect.IsDDL(st.text) && !again {
			faults = append(faults, "it changes tables inside a transaction: CockroachDB commits that first")
		}
		if len(faults) > 0 {
			t.Errorf("%s\n\t%s", st.text, strings.Join(faults, "\n\t"))
		}
	}
}
