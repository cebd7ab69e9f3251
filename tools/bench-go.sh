#!/bin/sh
# make bench-go: the benchmarks beside the code, six times, compared with those that were committed. BASELINE=1 makes today's
# the ones to compare with; BENCH= names some, as go test does. What differs by chance is marked with ~: more than one run
# on a machine that has something else to do tells nothing about time, but allocations are the same everywhere.
set -eu
cd "$(dirname "$0")/.."
baseline=docs/benchmarks/baseline.txt
now=$(mktemp)
trap 'rm -f "$now"' EXIT
packages=$(git grep -l '^func Benchmark' -- '*_test.go' ':!e2e' | xargs -n 1 dirname | sort -u | sed 's|^|./|')
go test -p 1 -run '^$' -bench "${BENCH:-.}" -benchmem -benchtime "${TIME:-50ms}" -count 6 $packages >"$now" ||
	{ cat "$now" >&2; exit 1; }
if [ -n "${BASELINE:-}" ]; then
	mkdir -p "$(dirname "$baseline")"
	grep -E '^(goos|goarch|pkg|cpu|Benchmark)' "$now" >"$baseline"
	echo "bench-go: $baseline is what the next runs are compared with" >&2
	exit 0
fi
go tool -modfile=tools/go.mod benchstat "$baseline" "$now"
