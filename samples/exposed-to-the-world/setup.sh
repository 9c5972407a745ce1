#!/bin/sh
# A database that anybody can dial.
# says: exposed-to-the-world
# near says:
# Take it down again: docker rm -f cache
set -eu
P=${P:-}

cache() { # ADDRESS
  docker run -d --name "${P}cache" -p "$1:16379:6379" busybox nc -ll -p 6379 -e cat
}

case ${1:-broken} in
broken) cache 0.0.0.0 ;;
check) docker port "${P}cache" | grep -q 127.0.0.1 ;;
near) cache 127.0.0.1 ;;
esac
