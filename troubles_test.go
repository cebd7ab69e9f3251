package main

import (
	"slices"
	"strings"
	"testing"

	"vang/store"
)

func TestDatabaseTroublesHaveVietnamese(t *testing.T) {
	codes, known := store.TroubleCodes(), troubles()
	for _, code := range codes {
		if known[code] == "" {
			t.Errorf("%s has no words in Vietnamese", code)
		}
	}
	for code := range known {
		if !slices.Contains(codes, code) {
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
