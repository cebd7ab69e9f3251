#!/bin/sh
# Is this node ready for SQL? Its own page says so cheaply; an image without curl asks by a statement instead.
if command -v curl >/dev/null 2>&1; then
	exec curl --silent --show-error --fail --max-time 4 --output /dev/null --cacert /certs/ca.crt "https://localhost:8080/health?ready=1"
fi
exec "${COCKROACH:-/cockroach/cockroach}" sql --certs-dir=/certs --host=localhost:26257 --execute="SELECT 1"
