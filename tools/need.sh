#!/bin/sh
# need.sh COMMAND PACKAGE...: makes sure that COMMAND is there, from Debian's packages where this user may install them.
# Prints one loud line and answers 1 where it cannot be had; under CI that is the end of the run.
set -u
command=$1
shift
# Servers are not in everyone's PATH, PostgreSQL's programs not even in root's.
there() {
	for found in "$(command -v "$command")" /usr/sbin/"$command" /usr/local/sbin/"$command" /usr/lib/postgresql/*/bin/"$command"; do
		[ -x "$found" ] && return 0
	done
	return 1
}
there && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
	log=$(mktemp)
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 ||
		tail -5 "$log" >&2
	rm -f "$log"
	there && exit 0
fi
echo "LEFT OUT: $command is missing; install it (on Debian: sudo apt-get install $*) and run again" >&2
exit 1
