package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDatabaseTroublesHaveVietnamese finds every code in the store's own text.
func TestDatabaseTroublesHaveVietnamese(t *testing.T) {
	files, _ := filepath.Glob("store/*.go")
	code := regexp.MustCompile(`"(address|(?:pg|sqlite)-[a-z-]+)"`)
	known, found := troubles(), map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(b), -1) {
			found[m[1]] = true
			if known[m[1]] == "" {
				t.Errorf("%s: %s has no words in Vietnamese", file, m[1])
			}
		}
	}
	if len(found) < 30 {
		t.Fatalf("only %d codes found", len(found))
	}
	for code := range known {
		if !found[code] {
			t.Errorf("the store has no trouble %s any more", code)
		}
	}
}

func TestDatabaseTroubleIsToldInVietnamese(t *testing.T) {
	dir := t.TempDir()
	_, err := output(t, env(nil), "admin", "--database", "sqlite:"+dir, "close", "x")
	if got := describe(err, "vi"); !strings.Contains(got, "là một thư mục: hãy nêu") || !strings.Contains(got, dir) {
		t.Errorf("in Vietnamese: %s", got)
	}
	if got := describe(err, "en"); !strings.Contains(got, "is a folder") {
		t.Errorf("in English: %s", got)
	}
	_, err = output(t, env(nil), "migrate", "--database", "postgres://vang:hunter2@/vang")
	if got := describe(err, "vi"); !strings.Contains(got, "địa chỉ của nó không đọc được: hãy viết postgres://") || strings.Contains(got, "hunter2") {
		t.Errorf("in Vietnamese: %s", got)
	}
}
