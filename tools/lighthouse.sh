#!/bin/sh
# Lighthouse's marks for the built blog, beside the project's goals. REPORT=docs/benchmarks.md writes them there too.
set -eu
cd "$(dirname "$0")/.."
sh tools/need.sh chromium chromium fonts-noto-core
cd e2e/lighthouse
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
CHROME_PATH=${CHROME_PATH:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
export CHROME_PATH
exec node run.mjs ../../vang ${REPORT:+"../../$REPORT"}
