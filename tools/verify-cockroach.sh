#!/bin/sh
# verify-cockroach.sh ADDRESS: runs on a real database what PostgreSQL can only stand in for, and prints a report.
# ADDRESS names an empty database on the server, such as postgres://root@127.0.0.1:26257/defaultdb?sslmode=disable; its role
# must be allowed to make databases. Everything happens in databases of this run's own (vang_verify_...), which it drops.
# ANYWAY=1 also runs beside a database that is in use. REPORT=file keeps all that was said.
set -eu
cd "$(dirname "$0")/.."
address=${1:-}
case "$address" in
postgres://* | postgresql://*) ;;
*)
	echo "verify-cockroach: name an empty database: make verify-cockroach URL='postgres://root@127.0.0.1:26257/defaultdb?sslmode=disable'" >&2
	exit 2
	;;
esac
report=${REPORT:-}
if [ -z "$report" ]; then
	report=$(mktemp)
	trap 'rm -f "$report"' EXIT
fi
cluster=
if sh tools/servers.sh; then cluster=1; else echo "LEFT OUT: the cluster of replicas" >&2; fi

echo "verify-cockroach: this takes some minutes"
status=0
VANG_VERIFY_DATABASE=$address VANG_VERIFY_ANYWAY=${ANYWAY:-} VANG_VERIFY_CLUSTER=$cluster \
	go test -count=1 -timeout 60m -run '^TestVerify$' -v ./store >"$report" 2>&1 || status=$?

sed -n 's/^SERVER /server:  /p; s/^NOTE /note:    /p' "$report"
sed -n 's/^    --- \(PASS\|FAIL\|SKIP\): TestVerify\/\([^ /]*\) (\(.*\))$/\1  \3  \2/p' "$report" | tr _ ' '
grep -o 'LEFT OUT: .*' "$report" || true
if [ "$status" != 0 ]; then
	echo
	grep -v '^=== \|^ *--- PASS' "$report" | tail -n 120
	echo "verify-cockroach: FAILED" >&2
	exit 1
fi
echo "verify-cockroach: passed"
