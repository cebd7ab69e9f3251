package store_test

import (
	"flag"
	"strings"
	"testing"

	"vang/blog"
	"vang/store"
	"vang/store/storetest"
)

// TestPostgres runs the suite on a real server, a database for each test. Then every statement that was sent, those of the
// migrations too, must be one that CockroachDB takes as well, with placeholders of the right types, and have an index.
func TestPostgres(t *testing.T) {
	seen := newSent()
	seen.open(t, store.Server.Postgres(t).URL(store.Server.Empty(t)), nil) // with all migrations
	storetest.Run(t, func(t *testing.T, now blog.Clock) store.Store { return seen.open(t, store.Server.Address(t), now) })
	if part := strings.Contains(flag.Lookup("test.run").Value.String(), "/"); part {
		return // of all that is there
	}
	t.Run("Dialect", seen.check)
	t.Run("Sources", seen.covers)
	t.Run("Parameters", func(t *testing.T) { seen.parameters(t, store.Server.Address(t)) })
	t.Run("Plans", func(t *testing.T) { seen.plans(t, store.Server.Address(t)) })
}
