#!/bin/sh
# Writes Nginx's configuration from the templates beside this file, and starts Nginx with it.
#
#   start.sh              writes to EDGE_DIR, looks whether Nginx can read it, and becomes Nginx
#   start.sh write DIR    only writes, to DIR
#
# What it does is set by variables, EDGE_REPLICAS at least; README.md lists them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

fail() {
	echo "nginx/start.sh: $1" >&2
	exit 1
}

# each PATTERN LIST: a line for every word of LIST, which blanks or commas part, with the word in the place of each %.
each() {
	for word in $(echo "$2" | tr ',' ' '); do
		echo "$1" | awk -v word="$word" '{ gsub(/%/, word); print }'
	done
}

# newer VERSION: whether this Nginx is VERSION or newer.
newer() {
	nginx -v 2>&1 | awk -F/ -v want="$1" '{
		split($2, have, "."); split(want, need, ".")
		for (i = 1; i <= 3; i++) if (have[i] + 0 != need[i] + 0) exit !(have[i] + 0 > need[i] + 0)
	}'
}

# fill FILE: FILE with the values of variables in the place of their names in capitals.
fill() {
	awk '{
		out = ""
		while (match($0, /\$\{[A-Z][A-Z0-9_]*\}/)) {
			name = substr($0, RSTART + 2, RLENGTH - 3)
			if (!(name in ENVIRON)) { print FILENAME ": " name " has no value" > "/dev/stderr"; exit 1 }
			out = out substr($0, 1, RSTART - 1) ENVIRON[name]
			$0 = substr($0, RSTART + RLENGTH)
		}
		print out $0
	}' "$1"
}

defaults() {
	[ -n "${EDGE_REPLICAS:-}" ] || fail "EDGE_REPLICAS is empty: name the replicas, such as EDGE_REPLICAS='10.0.0.1:8080 10.0.0.2:8080'"
	: "${EDGE_DIR=/tmp/nginx}" "${EDGE_RESOLVER=}"
	: "${EDGE_LISTEN=80}" "${EDGE_LISTEN_TLS=443}" "${EDGE_LISTEN_STATUS=127.0.0.1:8081}" "${EDGE_REDIRECT=off}"
	: "${EDGE_CERTIFICATE=/etc/vang/tls/fullchain.pem}" "${EDGE_KEY=/etc/vang/tls/privkey.pem}" "${EDGE_NAMES=localhost}" "${EDGE_HSTS=31536000}"
	: "${EDGE_ACME=/var/lib/vang/acme}" "${EDGE_ERRORS=$here/errors}" "${EDGE_LANG=en}"
	near="127.0.0.0/8 ::1 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fe80::/10"
	: "${EDGE_OUTER_PROXIES=}" "${EDGE_INSIDERS=$near}" "${EDGE_UNLIMITED=127.0.0.0/8 ::1}"
	: "${EDGE_READS=30r/s}" "${EDGE_READS_BURST=300}" "${EDGE_WRITES=5r/s}" "${EDGE_WRITES_BURST=60}"
	: "${EDGE_FILE_READS=100r/s}" "${EDGE_FILE_READS_BURST=600}" "${EDGE_SOCKETS=200}" "${EDGE_SOCKETS_BURST=400}"
	: "${EDGE_CACHE=128m}" "${EDGE_DRAIN=10m}" "${EDGE_WORKERS=auto}" "${EDGE_CONNECTIONS=8192}"
	: "${EDGE_ACCESS_LOG=/dev/stdout}" "${EDGE_ERROR_LOG=stderr}" "${EDGE_ERROR_LEVEL=crit}" "${EDGE_LOG_CLIENTS=off}" "${EDGE_USER=nginx}"
	[ -d "$EDGE_ERRORS/$EDGE_LANG" ] || fail "EDGE_LANG is $EDGE_LANG, and there is no folder $EDGE_ERRORS/$EDGE_LANG with pages in that language"
	files=$(ulimit -n)
	[ "$files" = unlimited ] && files=65536
	: "${EDGE_FILES=$files}"
}

# certificates takes the given pair, or makes one of its own, which it keeps for the next start.
certificates() {
	CERTIFICATE=$EDGE_CERTIFICATE KEY=$EDGE_KEY HSTS=
	if [ -e "$CERTIFICATE" ] && [ -e "$KEY" ]; then
		[ -r "$CERTIFICATE" ] && [ -r "$KEY" ] || fail "$CERTIFICATE and $KEY are there, but user $(id -u) may not read them"
		[ "$EDGE_HSTS" = 0 ] || HSTS="max-age=$EDGE_HSTS"
		return
	fi
	[ ! -e "$CERTIFICATE" ] && [ ! -e "$KEY" ] || fail "of $CERTIFICATE and $KEY only one is there: give both, or neither for a certificate of my own"
	CERTIFICATE=$DIR/self-made.pem KEY=$DIR/self-made-key.pem
	[ -e "$CERTIFICATE" ] && [ -e "$KEY" ] && return
	command -v openssl >/dev/null || fail "openssl is missing, so no certificate can be made: give one ($EDGE_CERTIFICATE and $EDGE_KEY), or set EDGE_LISTEN_TLS= for plain HTTP alone"
	alternatives=
	for name in $(echo "$EDGE_NAMES" | tr ',' ' '); do alternatives="$alternatives,DNS:$name"; done
	(
		umask 077
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 397 -subj "/CN=${EDGE_NAMES%%[ ,]*}" \
			-addext "subjectAltName=${alternatives#,},IP:127.0.0.1,IP:::1" -addext "basicConstraints=critical,CA:FALSE" \
			-addext "extendedKeyUsage=serverAuth" -keyout "$KEY" -out "$CERTIFICATE" 2>&1
	) >"$DIR/openssl.log" || fail "openssl could not make a certificate: $(tail -3 "$DIR/openssl.log")"
	echo "nginx/start.sh: no certificate was given: made one for $EDGE_NAMES that browsers will warn of" >&2
}

tls() {
	TLS_LISTEN= HTTP2= TLS_PORT= HSTS= CERTIFICATE= KEY=
	[ -n "$EDGE_LISTEN_TLS" ] || return 0
	certificates
	if newer 1.25.1; then
		TLS_LISTEN=$(each "listen % ssl default_server;" "$EDGE_LISTEN_TLS")
		HTTP2="http2 on;"
	else
		TLS_LISTEN=$(each "listen % ssl http2 default_server;" "$EDGE_LISTEN_TLS")
	fi
	first=${EDGE_LISTEN_TLS%%[ ,]*}
	[ "${first##*:}" = 443 ] || TLS_PORT=:${first##*:}
}

upstream() {
	known="max_fails=2 fail_timeout=10s"
	[ -z "$EDGE_RESOLVER" ] || known="$known resolve"
	spare="max_fails=0 backup"
	[ -z "$EDGE_RESOLVER" ] || spare="$spare resolve"
	REPLICA_SERVERS=$(each "    server % $known;" "$EDGE_REPLICAS"; each "    server % $spare;" "$EDGE_REPLICAS")
	template=upstream-static.conf
	[ -z "$EDGE_RESOLVER" ] || template=upstream-names.conf
	[ -z "$EDGE_RESOLVER" ] || newer 1.27.3 || fail "replicas by name (EDGE_RESOLVER) need Nginx 1.27.3 or later, and this is $(nginx -v 2>&1)"
}

write() {
	DIR=$1 CACHE=$1/cache USER_LINE=
	mkdir -p "$DIR" "$CACHE"
	[ "$(id -u)" != 0 ] || USER_LINE="user $EDGE_USER;"
	tls
	upstream
	LISTEN=$(each "    listen % default_server;" "$EDGE_LISTEN")
	STATUS_LISTEN=$(each "    listen %;" "$EDGE_LISTEN_STATUS")
	OUTER_PROXIES=$(each "set_real_ip_from %;" "$EDGE_OUTER_PROXIES")
	OUTER_PROXY_ROWS=$(each "    % 1;" "$EDGE_OUTER_PROXIES")
	INSIDER_ROWS=$(each "    % 1;" "$EDGE_INSIDERS")
	UNLIMITED_ROWS=$(each "    % 1;" "$EDGE_UNLIMITED")
	set -a # what follows reaches fill
	for name in DIR CACHE USER_LINE CERTIFICATE KEY HSTS TLS_LISTEN TLS_PORT HTTP2 LISTEN STATUS_LISTEN REPLICA_SERVERS OUTER_PROXIES \
		OUTER_PROXY_ROWS INSIDER_ROWS UNLIMITED_ROWS $(set | sed -n 's/^\(EDGE_[A-Z_]*\)=.*/\1/p'); do
		eval "$name=\$$name"
	done
	set +a
	for file in "$here"/*.conf; do
		case $file in
		*/upstream-*) ;;
		*) fill "$file" >"$DIR/$(basename "$file")" ;;
		esac
	done
	fill "$here/$template" >"$DIR/upstream.conf"
	[ -n "$TLS_LISTEN" ] || : >"$DIR/tls.conf"
}

command -v nginx >/dev/null || fail "there is no nginx here: this script is for a machine or an image that has it"
defaults
case ${1:-} in
write)
	[ -n "${2:-}" ] || fail "write where? start.sh write DIR"
	write "$2"
	;;
"")
	write "$EDGE_DIR"
	nginx -t -q -c "$EDGE_DIR/nginx.conf" -e stderr || fail "Nginx does not take the configuration in $EDGE_DIR"
	exec nginx -c "$EDGE_DIR/nginx.conf" -e stderr -g "daemon off;"
	;;
*) fail "$1 is nothing I know: write DIR, or nothing" ;;
esac
