#!/bin/sh
# Both on the default bridge, where nobody answers for names.
# says: default-bridge-no-names
# near says:
# Take it down again: docker rm -f db web
set -eu
P=${P:-}

pair() { # OPTIONS
  docker run -d --name "${P}db" "$@" busybox nc -ll -p 5533 -e cat
  docker run -d --name "${P}web" "$@" -e "DB_HOST=${P}db" -e DB_PORT=5533 busybox sh -c '
    while ! nc -w 1 "$DB_HOST" 5533 </dev/null; do sleep 1; done; echo connected; sleep 1d'
}

case ${1:-broken} in
broken) pair ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5533 </dev/null ;;
near)
  docker network create "${P}app"
  pair --network "${P}app"
  ;;
esac
