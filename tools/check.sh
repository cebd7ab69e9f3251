#!/bin/sh
# Everything that a reviewer should not have to look for. Prints what to do about each finding.
set -eu
cd "$(dirname "$0")/.."
tool() { go tool -modfile=tools/go.mod "$@"; }
fail=0
complain() { echo "check: $1" >&2; fail=1; }

before=$(git ls-files -s -- 'views/*_templ.go' | git hash-object --stdin; cat views/*_templ.go | git hash-object --stdin)
tool templ generate -path views -log-level error
after=$(git ls-files -s -- 'views/*_templ.go' | git hash-object --stdin; cat views/*_templ.go | git hash-object --stdin)
[ "$before" = "$after" ] || complain "generated templates were old: they are new now, commit them (make generate)"

files=$(git ls-files '*.go' | grep -v '_templ\.go$')
unformatted=$(tool gofumpt -l $files)
[ -z "$unformatted" ] || complain "not formatted (make format): $unformatted"

for module in . e2e e2e/benchlive/peer; do
	[ -f "$module/go.mod" ] || continue
	(
		cd "$module"
		go vet ./... || exit 1
		go tool -modfile="$OLDPWD/tools/go.mod" staticcheck ./... || exit 1
		go mod tidy -diff || exit 1
		out=$(go fix -diff ./... 2>&1) || { echo "$out"; exit 1; }
		[ -z "$out" ] || { echo "$out"; exit 1; }
	) || complain "$module: see above (go vet, staticcheck, go mod tidy, go fix)"
done

if grep -n '"resolved"' package-lock.json e2e/package-lock.json e2e/lighthouse/package-lock.json >/dev/null; then
	complain "package-lock.json names download addresses: npm install --package-lock-only with omit-lockfile-registry-resolved=true"
fi
[ "$fail" = 0 ] && echo "check: all good"
exit "$fail"
