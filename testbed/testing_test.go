package testbed_test

import (
	"fmt"
	"testing"

	"vang/testbed"
)

// TestMissingIsLeftOut: a test whose program is missing is skipped, but never under CI.
func TestMissingIsLeftOut(t *testing.T) {
	missing := fmt.Errorf("initdb: %w", testbed.ErrMissing)
	t.Setenv("CI", "")
	if r := (&recorder{TB: t}); !r.ends(missing) || !r.skipped {
		t.Error("not left out")
	}
	if r := (&recorder{TB: t}); !r.ends(fmt.Errorf("port taken")) || !r.failed {
		t.Error("another error does not fail")
	}
	if r := (&recorder{TB: t}); r.ends(nil) {
		t.Error("ended for nothing")
	}
	t.Setenv("CI", "1")
	if r := (&recorder{TB: t}); !r.ends(missing) || !r.failed {
		t.Error("left out under CI")
	}
}

// recorder is a test that only notes how it ends.
type recorder struct {
	testing.TB

	skipped, failed bool
}

func (r *recorder) Helper()              {}
func (r *recorder) Skipf(string, ...any) { r.skipped = true }
func (r *recorder) Fatal(...any)         { r.failed = true }

// ends tells whether Need ended the test for err.
func (r *recorder) ends(err error) bool {
	testbed.Need(r, err)
	return r.skipped || r.failed
}
