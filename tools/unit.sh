#!/bin/sh
# All tests of the product's module: shuffled, with the race detector where a C compiler is there for it, against real
# databases where they can be installed.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${VANG_CORPORA:-}" ]; then
	echo "NOTE: VANG_CORPORA is not set: the tests over foreign blogs and attack collections do not run" >&2
fi
node --test static/src/
race=
if sh tools/need.sh gcc gcc libc6-dev; then
	race=-race
elif [ -n "${CI:-}" ]; then
	exit 1
else
	echo "LEFT OUT: the race detector (it needs gcc)" >&2
fi
if ! sh tools/servers.sh && [ -n "${CI:-}" ]; then exit 1; fi
if [ -n "$race" ]; then export CGO_ENABLED=1; fi
# The store's tests hold how long anybody waits for a dead or silent database, in seconds of the clock: they have the machine to
# themselves.
go test $race -shuffle=on -timeout 20m ./store
go test $race -shuffle=on -timeout 20m $(go list ./... | grep -v '/store$')
if [ -n "$race" ]; then # thousands of foreign texts, of which the race detector saw some
	go test -count=1 -run 'RealBlogs|LetsNothing' . ./markdown
fi
