#!/bin/sh
# Makes, once, the certificates by which the database's nodes and its clients know each other. Runs in the database's image.
#
# Into three volumes, so that nobody gets more than is needed: /ca has the authority's key, which no running service sees;
# /certs is the nodes' and has the key of root; /client has Vang's own. Certificates are good for five years: to make new
# ones, stop everything, remove the three volumes and start again; the data lies elsewhere.
set -eu
umask 077

cockroach=${COCKROACH:-/cockroach/cockroach}
nodes=${NODES:?names of the nodes, separated by spaces}
owner=${CLIENT_OWNER:?user and group of the client, such as 65532:65532}

cert() { "$cockroach" cert "$@" --ca-key=/ca/ca.key; }

if [ ! -e /client/ready ]; then
	# What a run that was cut off left behind is made anew, as a whole: halves do not fit each other.
	rm -f /ca/* /certs/* /client/*
	cert create-ca --certs-dir=/certs
	# shellcheck disable=SC2086 # one argument for each node
	cert create-node $nodes localhost 127.0.0.1 --certs-dir=/certs
	cert create-client root --certs-dir=/certs
	cp /certs/ca.crt /client/
	cert create-client vang --certs-dir=/client
	chmod 644 /certs/ca.crt /client/ca.crt
	chmod 755 /client
	chown "$owner" /client/client.vang.crt /client/client.vang.key
	: >/client/ready
	echo "certs: made for $nodes"
else
	echo "certs: are there"
fi
