// Package e2e holds the tests that see Vang as its readers do: a real binary, a real browser, real faults.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"vang/e2e/browser"
	"vang/e2e/site"
)

// chromium is the one browser of the run. The tests are its readers.
var chromium struct {
	once    sync.Once
	browser *browser.Browser
	err     error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.browser != nil {
		chromium.browser.Stop()
	}
	if err := errors.Join(endTheCluster(), removeVariants(), site.RemoveBinary()); err != nil {
		fmt.Fprintln(os.Stderr, "clean up:", err)
	}
	os.Exit(code)
}

// reader is a new reader with a cookie jar of their own.
func reader(t testing.TB, settings ...browser.Setting) *browser.Reader {
	t.Helper()
	chromium.once.Do(func() { chromium.browser, chromium.err = browser.Start(browser.Options{}) })
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	return chromium.browser.Reader(settings...)
}
