#!/bin/sh
# The servers that tests run as children of their own, on ports and in folders of their own. Answers 1 if one is missing:
# its tests are left out then, or fail under CI.
set -u
cd "$(dirname "$0")/.."
missing=0
sh tools/need.sh initdb postgresql || missing=1
sh tools/need.sh redis-server redis-server || missing=1
sh tools/need.sh nginx nginx-light || missing=1
sh tools/need.sh prometheus prometheus || missing=1
exit $missing
