package bench_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"vang/e2e/bench"
	"vang/e2e/site"
)

// TestMain is also the bench's worker: the command that it gives to the bench is itself.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := bench.Work(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if err := site.RemoveBinary(); err != nil {
		fmt.Fprintln(os.Stderr, "clean up:", err)
	}
	os.Exit(code)
}

// The bench measures what it says, as briefly as it can: what it finds are numbers, of answers that were right.
func TestTheBenchRuns(t *testing.T) {
	only := []string{"posts-sqlite", "start", "assets"}
	if _, err := exec.LookPath("wrk"); err == nil {
		only = append(only, "pages")
	} else {
		t.Log("LEFT OUT: pages, which need wrk (make bench installs it)")
	}
	out, err := bench.Run(t.Context(), bench.Options{
		Vang: site.Binary(t), Worker: []string{os.Args[0], "worker"}, Only: only, Quick: true, Rounds: 1, Window: 300 * time.Millisecond,
		Case: regexp.MustCompile(`^(post, gzip, session|post, gzip, 304|SQLite, 8 clients|10 posts|vang\.js)$`), Progress: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range out.Parts {
		if len(p.Results) == 0 {
			t.Errorf("%s has no results", p.Name)
		}
		for _, r := range p.Results {
			for i, turn := range r.Turns {
				for _, s := range r.Samples[i] {
					check(t, p.Name+", "+r.Name+", "+turn.Who, p.Name, s)
				}
			}
		}
		if table := p.Markdown(); strings.Contains(table, "NaN") || strings.Contains(table, "Inf") || !strings.Contains(table, "| Vang") && p.Name != "assets" {
			t.Errorf("%s:\n%s", p.Name, table)
		}
	}
	if len(out.Parts) != len(only) {
		t.Errorf("%d parts of %v", len(out.Parts), only)
	}
	t.Log(out)
}

func check(t *testing.T, name, part string, s bench.Sample) {
	t.Helper()
	switch {
	case s.Answers == 0:
		t.Errorf("%s: no answers", name)
	case part == "assets":
		if s.Bytes == 0 {
			t.Errorf("%s: %+v", name, s)
		}
	case s.Wall <= 0 || s.CPU <= 0 || s.CPU > 8*s.Wall || math.IsInf(float64(s.Answers)/s.Wall.Seconds(), 0):
		t.Errorf("%s: %+v", name, s)
	case part == "pages" && (s.Bytes == 0 || s.P50 == 0 || s.P99 < s.P50):
		t.Errorf("%s: %+v", name, s)
	}
}

func TestAnUnknownPartIsAnError(t *testing.T) {
	_, err := bench.Run(t.Context(), bench.Options{Only: []string{"pges"}, Progress: io.Discard})
	if err == nil || !strings.Contains(err.Error(), "posts-sqlite") {
		t.Errorf("the error names no parts: %v", err)
	}
}
