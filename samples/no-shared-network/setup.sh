#!/bin/sh
# Two networks, and a client on one that dials a server on the other.
# says: no-shared-network
# near says:
# Take it down again: docker rm -f db web; docker network rm front back
set -eu
P=${P:-}

case ${1:-broken} in
broken)
  docker network create "${P}front"
  docker network create "${P}back"
  docker run -d --name "${P}db" --network "${P}back" busybox nc -ll -p 5534 -e cat
  docker run -d --name "${P}web" --network "${P}front" \
    -e "DATABASE_URL=postgres://app:secret@${P}db:5534/app" busybox sh -c "
    while ! nc -w 1 ${P}db 5534 </dev/null; do sleep 1; done; echo connected; sleep 1d"
  ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5534 </dev/null ;;
near)
  # Apart, and nobody dials across.
  docker network create "${P}front"
  docker network create "${P}back"
  docker run -d --name "${P}db" --network "${P}back" busybox nc -ll -p 5534 -e cat
  docker run -d --name "${P}web" --network "${P}front" busybox sleep 1d
  ;;
esac
