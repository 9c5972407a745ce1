#!/bin/sh
# A network so small that it is full.
# says: pool-exhausted
# near says:
# Take it down again: docker rm -f one two three four five; docker network rm small
set -eu
P=${P:-}

fill() { # NAMES
  docker network create --subnet 10.209.14.0/29 "${P}small"
  for name in "$@"; do
    docker run -d --name "${P}$name" --network "${P}small" busybox sleep 1d
  done
}

case ${1:-broken} in
broken) fill one two three four five ;;
fix) docker rm -f "${P}four" "${P}five" ;;
check) docker run --rm --name "${P}another" --network "${P}small" busybox true ;;
near) fill one two three ;;
esac
