package benchlive_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vang/e2e/benchlive"
	"vang/e2e/site"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := site.RemoveBinary(); err != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}

// TestAShortRun keeps the bench from rotting. It fails if any reader misses a message, gets one twice or out of order.
func TestAShortRun(t *testing.T) {
	for _, scenario := range []string{"pushes", "crash"} {
		report, err := benchlive.Run(t.Context(), benchlive.Options{
			Binary: site.Binary(t), Sockets: 200, Quick: true, Only: scenario, Log: t.Output(),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Tables) != 1 || len(report.Tables[0].Rows) != 1 || report.Tables[0].Rows[0][0] != "200" {
			t.Errorf("%s: %+v", scenario, report.Tables)
		}
	}
}

func TestAReportStandsBetweenItsMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "benchmarks.md")
	write := func(title string) string {
		t.Helper()
		r := benchlive.Report{Machine: "a machine", Tables: []benchlive.Table{{Title: title, Columns: []string{"a", "b"}, Rows: [][]string{{"1", "2"}}}}}
		if err := r.Write(file); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := write("The first")
	if !strings.HasPrefix(first, "# Benchmarks\n\n## Comments live\n\n<!-- bench-live -->\n") || !strings.Contains(first, "| 1 | 2 |") {
		t.Errorf("a new file is\n%s", first)
	}
	if err := os.WriteFile(file, []byte(first+"\n<!-- bench -->\nothers' words\n<!-- /bench -->\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := write("The second")
	if want := strings.ReplaceAll(first, "The first", "The second") + "\n<!-- bench -->\nothers' words\n<!-- /bench -->\n"; second != want {
		t.Errorf("written again it is\n%s", second)
	}
	if err := os.WriteFile(file, []byte("<!-- bench-live -->\nhalf\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (benchlive.Report{}).Write(file); err == nil {
		t.Error("a file without the second mark was written over")
	}
}
