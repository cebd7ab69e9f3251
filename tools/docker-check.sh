#!/bin/sh
# Builds the real Dockerfile with a real engine, runs the image and both Compose files, and says at the end what was checked and
# what could not be.
#
# Uses the engine that runs, if it can pull the images that are named. Otherwise, as root, starts an engine of its own, with
# everything of it in a folder that is removed at the end, and makes stand-ins for images that cannot be pulled: they never get
# into an engine of yours. As every engine, it leaves the bridge docker0 and its chains in iptables.
#
# Needs the ports that compose.yaml publishes. DOCKER_CHECK_DIR names a folder that keeps images and stand-ins for the next run.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/docker-check.XXXXXX")
report=$work/report
: >"$report"
standins=no # yes: made here
engine=
project=
export DOCKER_BUILDKIT=1 BUILDKIT_PROGRESS=plain COMPOSE_PROJECT_NAME=vang-check

say() { echo "docker-check: $*" >&2; }
checked() {
	echo "  $*" >>"$report.checked"
	say "ok: $*"
}
failed() {
	echo "  $*" >>"$report.failed"
	say "FAILED: $*"
}
unchecked() { echo "  $*" >>"$report.unchecked"; }

# verify TEXT COMMAND...: one line of the report, by how COMMAND ends.
verify() {
	text=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		checked "$text"
	else
		failed "$text"
		tail -20 "$work/out" >&2
	fi
}

# within SECONDS COMMAND...: asks until COMMAND answers 0.
within() {
	left=$1
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 1
	done
}

. tools/docker/engine.sh
. tools/docker/image.sh
. tools/docker/stack.sh

print() {
	for part in checked failed unchecked; do
		[ -s "$report.$part" ] || continue
		case $part in
		checked) echo "CHECKED" ;;
		failed) echo "FAILED" ;;
		unchecked) echo "COULD NOT BE CHECKED HERE" ;;
		esac
		cat "$report.$part"
	done
}

finish() {
	status=$?
	trap - EXIT INT TERM
	[ -z "$project" ] || compose down --volumes --timeout 20 >/dev/null 2>&1 || true
	stop_engine
	print
	rm -rf "$work"
	if [ -s "$report.failed" ]; then status=1; fi
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

start_engine
get_images
check_image
check_stack compose.yaml
check_stack compose.single.yaml
[ ! -s "$report.failed" ] || exit 1
