#!/bin/sh
# The tests that need a browser (Chromium), a Java runtime (for the Nu HTML checker) or a cluster of servers.
set -eu
cd "$(dirname "$0")/.."
missing=
sh tools/need.sh chromium chromium fonts-noto-core fonts-noto-mono || missing="$missing chromium"
sh tools/need.sh java default-jre-headless || missing="$missing java"
sh tools/servers.sh || missing="$missing servers"
if [ -n "$missing" ] && [ -n "${CI:-}" ]; then
	echo "e2e: nothing may be left out under CI:$missing" >&2
	exit 1
fi
case "$missing" in
*chromium*)
	echo "LEFT OUT: all tests in a browser (e2e/)" >&2
	exit 0
	;;
esac
cd e2e
# Without their scripts: one of them would fetch a Java runtime.
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
go test -count=1 -timeout 25m ./...
