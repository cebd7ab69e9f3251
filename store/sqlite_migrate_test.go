package store

import (
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"vang/migrations"
)

func openRaw(t *testing.T, file string) *sql.DB {
	t.Helper()
	if err := makeFile(file); err != nil {
		t.Fatal(err)
	}
	db, err := openDB(file, 1, 5*time.Second, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestStepsRunOnce: even steps that would run twice without complaint run once, however many come at once.
func TestStepsRunOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	if err := useWAL(t.Context(), openRaw(t, file), file, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	steps := fstest.MapFS{
		"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE IF NOT EXISTS runs (n INTEGER);\nINSERT INTO runs VALUES (1);\n")},
		"0002_b.sql": {Data: []byte("-- +goose Up\nINSERT INTO runs VALUES (2);\n")},
		"0003_c.sql": {Data: []byte("-- +goose Up\nINSERT INTO runs VALUES (3);\n")},
	}
	var wg sync.WaitGroup
	for range 6 {
		db := openRaw(t, file)
		wg.Go(func() {
			if err := migrate(t.Context(), db, steps, file); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var runs string
	if err := openRaw(t, file).QueryRow(`SELECT group_concat(n) FROM runs`).Scan(&runs); err != nil || runs != "1,2,3" {
		t.Errorf("steps ran %s, %v", runs, err)
	}
}

func TestStepFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	db := openRaw(t, file)
	steps := fstest.MapFS{
		"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (n INTEGER);\n")},
		"0002_b.sql": {Data: []byte("-- +goose Up\nCREATE TABLE b (n INTEGER);\nINSERT INTO nowhere VALUES (2);\n")},
	}
	if err := migrate(t.Context(), db, steps, file); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a step that fails: %v", err)
	}
	var tables string
	err := db.QueryRow(`SELECT group_concat(name) FROM sqlite_master WHERE name IN ('a', 'b')`).Scan(&tables)
	if err != nil || tables != "a" {
		t.Errorf("tables %q, %v: a step is whole or not at all", tables, err)
	}
}

func TestNewerTables(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vang.db")
	s, err := Open(t.Context(), Options{Address: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := openRaw(t, file).Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Options{Address: "sqlite:" + file})
	if err == nil {
		t.Fatal("tables of a newer Vang were opened")
	}
	for _, words := range []string{file, "newer Vang", "99", "run that version", "backup"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%v; want %q in it", err, words)
		}
	}
}

// TestEveryStepIsThere: the numbers have no gap.
func TestEveryStepIsThere(t *testing.T) {
	steps, err := migrations.SQLite()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "vang.db")
	current, target, err := up(t.Context(), openRaw(t, file), steps)
	if err != nil || current != target || current < 1 {
		t.Errorf("at step %d of %d, %v", current, target, err)
	}
}
