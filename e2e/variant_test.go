package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"vang/e2e/site"
)

// variants are the binaries that differ from the one under test by what the linker puts in.
var variants struct {
	mu    sync.Mutex
	dir   string
	paths map[string]string // by what was put in
}

// variant is a binary with a variable of the main package set, such as "main.version=next".
func variant(t *testing.T, set string) string {
	t.Helper()
	v := &variants
	v.mu.Lock()
	defer v.mu.Unlock()
	if path, ok := v.paths[set]; ok {
		return path
	}
	if v.dir == "" {
		dir, err := os.MkdirTemp("", "vang-variants-")
		if err != nil {
			t.Fatal(err)
		}
		v.dir, v.paths = dir, map[string]string{}
	}
	path := filepath.Join(v.dir, fmt.Sprintf("vang-%d", len(v.paths)))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w -X "+set, "-o", path, ".")
	cmd.Dir, cmd.Env = site.Path(), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build vang with %s: %v\n%s", set, err, out)
	}
	v.paths[set] = path
	return path
}

// removeVariants is one of the last acts of a run.
func removeVariants() error {
	if variants.dir == "" {
		return nil
	}
	return os.RemoveAll(variants.dir)
}
