package store_test

import (
	"testing"

	"vang/blog"
	"vang/store"
	"vang/store/storetest"
)

// TestPostgres runs the suite on a real server, a database for each test.
func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now blog.Clock) store.Store { return openAt(t, store.Server.Address(t), now) })
}
