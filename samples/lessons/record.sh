#!/bin/sh
# Records the snapshot of each lesson as it leaves the student, and draws it:
#
#   tests/run --exec samples/lessons/record.sh [NETMAP]
#
# NETMAP is the program; without it, the debug build. Only for an engine on
# which nothing else runs, such as the one that tests/run starts.
set -eu
cd "$(dirname "$0")"
netmap=${1:-../../target/debug/netmap}
DOCKER_HOST=$NETMAP_TEST_ENGINE
export DOCKER_HOST

for lesson in */; do
  lesson=${lesson%/}
  "$netmap" lesson start --yes "$lesson" >/dev/null 2>&1
  # Long enough for a client to have failed.
  sleep 8
  "$netmap" snapshot -o "$lesson/snapshot.json"
  "$netmap" show --all --from "$lesson" -o "$lesson/map.svg"
  "$netmap" lesson stop "$lesson" >/dev/null
  echo "$lesson"
done
