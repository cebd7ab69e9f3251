package cluster_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/testbed"
)

func TestAFailedStartLeavesNothingBehind(t *testing.T) {
	dir := temporary(t)
	ends := filepath.Join(dir, "ends")
	if err := os.WriteFile(ends, []byte("#!/bin/sh\necho I will not run today\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := cluster.Start(t.Context(), cluster.Options{Binary: ends, Database: "sqlite:" + filepath.Join(dir, "vang.db")})
	if errors.Is(err, testbed.ErrMissing) {
		testbed.Need(t, err)
	}
	if err == nil || !strings.Contains(err.Error(), "I will not run today") || !strings.Contains(err.Error(), "replica") {
		t.Errorf("the error does not tell what happened: %v", err)
	}
	nothingLeft(t, dir, "ends")
}

func TestAStartThatIsInterruptedLeavesNothingBehind(t *testing.T) {
	dir := temporary(t)
	waits := filepath.Join(dir, "waits")
	if err := os.WriteFile(waits, []byte("#!/bin/sh\nexec sleep 600\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	// While Redis starts, while initdb runs, and, at last, while replicas do.
	for _, after := range []time.Duration{30 * time.Millisecond, 400 * time.Millisecond, 4 * time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		defer cancel()
		c, err := cluster.Start(ctx, cluster.Options{Binary: waits})
		if errors.Is(err, testbed.ErrMissing) {
			testbed.Need(t, err)
		}
		if err == nil {
			t.Fatalf("it started all the same; %v", c.Close())
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("interrupted after %v: %v", after, err)
		}
		nothingLeft(t, dir, "waits")
	}
}

func TestABinaryIsNeeded(t *testing.T) {
	if _, err := cluster.Start(t.Context(), cluster.Options{}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("without a binary: %v", err)
	}
}

// temporary is the folder of temporary folders for this test.
func temporary(t *testing.T) string {
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Dir(dir)} { // PostgreSQL's user must come through
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", dir)
	return dir
}

// nothingLeft looks for processes that were started in dir, and for files there, but those named.
func nothingLeft(t *testing.T, dir string, but ...string) {
	t.Helper()
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline") // fails for bad patterns only
	for _, file := range lines {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(dir)) {
			t.Errorf("%s still runs: %q", filepath.Dir(file), bytes.ReplaceAll(line, []byte{0}, []byte(" ")))
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.Contains(strings.Join(but, " "), f.Name()) {
			t.Errorf("%s is still there", f.Name())
		}
	}
}
