package store_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"vang/blog"
	"vang/store"
	"vang/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now blog.Clock) store.Store {
		return openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "vang.db"), now)
	})
}

// openAt opens a store and closes it when the test ends.
func openAt(t testing.TB, address string, now blog.Clock) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Address: address, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
