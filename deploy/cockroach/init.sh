#!/bin/sh
# Makes a cluster of the nodes that wait for it, then the database and its user. Everything here may be run again. Runs in the
# database's image, which has no other tool than cockroach to count on.
set -eu

cockroach=${COCKROACH:-/cockroach/cockroach}
host=${HOST:?a node, such as crdb1:26257}
patience=${PATIENCE:-120} # seconds

sql() { "$cockroach" sql --certs-dir=/certs --host="$host" "$@"; }

# again COMMAND...: runs it each second until it answers 0, and gives up, with its last words, when patience is over.
again() {
	until said=$("$@" 2>&1); do
		patience=$((patience - 1))
		if [ "$patience" -le 0 ]; then
			echo "init: $host does not get ready: $said" >&2
			exit 1
		fi
		sleep 1
	done
}

join() {
	answer=$("$cockroach" init --certs-dir=/certs --host="$host" 2>&1) && return 0
	case $answer in
	*"already been initialized"*) return 0 ;;
	esac
	echo "$answer"
	return 1
}

license() {
	case ${COCKROACH_LICENSE:-} in
	'')
		echo "init: no COCKROACH_LICENSE: CockroachDB will slow a cluster without one down to five transactions at a time," >&2
		echo "init: seven days from its beginning. Set the variable and start again, or use compose.single.yaml." >&2
		;;
	*[!A-Za-z0-9+/=_-]*)
		echo "init: COCKROACH_LICENSE is no licence key: it has more than letters, digits and + / = _ -" >&2
		exit 1
		;;
	*) sql --execute="SET CLUSTER SETTING enterprise.license = '$COCKROACH_LICENSE'" ;;
	esac
}

[ "${CLUSTER:-yes}" = no ] || again join
again sql --execute="SELECT 1"
# No password: the user vang is who holds the certificate of that name.
sql --execute="CREATE DATABASE IF NOT EXISTS vang" \
	--execute="CREATE USER IF NOT EXISTS vang" \
	--execute="ALTER DATABASE vang OWNER TO vang"
[ "${CLUSTER:-yes}" = no ] || license
echo "init: the database is ready"
