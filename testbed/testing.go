package testbed

import (
	"errors"
	"os"
	"testing"
)

// Need ends the test if err is not nil: left out, with one loud line, where a program is not installed; failed otherwise,
// and wherever the variable CI is set, since there nothing may be left out unseen.
func Need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrMissing) && os.Getenv("CI") == "":
		t.Skipf("LEFT OUT: %v", err)
	default:
		t.Fatal(err)
	}
}
