package store

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryTroubleIsListed: who translates the codes can rely on the list.
func TestEveryTroubleIsListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`(?:code: |remedy\{\s*|newerTables\()"([a-z-]+)"`)
	var used []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			used = append(used, m[1])
		}
	}
	slices.Sort(used)
	used = slices.Compact(used)
	listed := TroubleCodes()
	slices.Sort(listed)
	if !slices.Equal(used, listed) {
		t.Errorf("used   %v\nlisted %v", used, listed)
	}
}
