package e2e

import (
	"bufio"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"vang/e2e/cluster"
	"vang/e2e/site"
)

// metric is the sum of a metric's values at a replica, -1 where it has none.
func metric(t *testing.T, r *cluster.Replica, name string) float64 {
	t.Helper()
	a := site.NewClient(r.URL).Get(t, "/metrics")
	sum, found := 0.0, false
	for s := bufio.NewScanner(strings.NewReader(a.Body)); s.Scan(); {
		key, value, _ := strings.Cut(s.Text(), " ")
		if key, _, _ = strings.Cut(key, "{"); key != name {
			continue
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			sum, found = sum+v, true
		}
	}
	if !found {
		return -1
	}
	return sum
}

// await asks until is says yes.
func await(t *testing.T, patience time.Duration, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !is() {
		if ctx.Err() != nil {
			t.Fatalf("waited %v in vain until %s", patience, what)
		}
		pause(ctx, 20*time.Millisecond)
	}
}
