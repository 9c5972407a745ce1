#!/bin/sh
# A network so small that it is full.
# says: pool-exhausted
# near says:
# Take it down again: docker rm -f a b c d e; docker network rm small
set -eu
P=${P:-}

fill() { # NAMES
  docker network create --subnet 10.209.14.0/29 "${P}small"
  for name in "$@"; do
    docker run -d --name "${P}$name" --network "${P}small" busybox sleep 1d
  done
}

case ${1:-broken} in
broken) fill a b c d e ;;
mend) docker rm -f "${P}d" "${P}e" ;;
check) docker run --rm --name "${P}another" --network "${P}small" busybox true ;;
near) fill a b c ;;
esac
