package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCacheFolder(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ asked, own, want, told string }{
		"the user's own":             {"", home, filepath.Join(home, "vang"), ""},
		"off":                        {"off", home, "", ""},
		"one that is named":          {filepath.Join(home, "a", "b"), home, filepath.Join(home, "a", "b"), ""},
		"one that cannot be made":    {filepath.Join(file, "a"), home, "", "--cache"},
		"none of its own to be made": {"", file, "", ""},
		"no home":                    {"", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_CACHE_HOME", c.own)
			t.Setenv("HOME", c.own)
			var log strings.Builder
			got := cacheFolder(c.asked, slog.New(slog.NewTextHandler(&log, nil)))
			if got != c.want || !strings.Contains(log.String(), c.told) || c.told == "" && log.Len() > 0 {
				t.Errorf("%q, want %q; the log says %q", got, c.want, log.String())
			}
			if info, err := os.Stat(got); got != "" && (err != nil || info.Mode().Perm() != 0o700) {
				t.Errorf("%v %v", info, err)
			}
		})
	}
}
