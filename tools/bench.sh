#!/bin/sh
# make bench: measures ./vang beside what it could be replaced by. ONLY=pages,posts,... measures parts, CASE='304' cases whose
# name it finds, QUICK=1 looks once. Whole parts are written into docs/benchmarks.md. Wants a machine with nothing else to do.
set -eu
cd "$(dirname "$0")/.."
sh tools/servers.sh || true # the parts that need what is missing say so
sh tools/need.sh wrk wrk
sh tools/need.sh caddy caddy || true
sh tools/need.sh hugo hugo || true
(cd e2e && go build -o ../bin/bench ./cmd/bench)
exec bin/bench -vang ./vang -only "${ONLY:-}" -case "${CASE:-}" ${QUICK:+-quick} -paper docs/benchmarks.md
