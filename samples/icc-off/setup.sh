#!/bin/sh
# A network that keeps its members apart, and two members that want to talk.
# says: icc-off
# near says:
# Take it down again: docker rm -f db web; docker network rm quiet
set -eu
P=${P:-}

db() {
  docker network create -o com.docker.network.bridge.enable_icc=false "${P}quiet"
  docker run -d --name "${P}db" --network "${P}quiet" busybox nc -ll -p 5551 -e cat
}

case ${1:-broken} in
broken)
  db
  docker run -d --name "${P}web" --network "${P}quiet" -e "DB_URL=redis://${P}db:5551" busybox sh -c "
    while ! nc -w 1 ${P}db 5551 </dev/null; do sleep 1; done; echo connected; sleep 1d"
  ;;
check) docker exec "${P}web" nc -w 2 "${P}db" 5551 </dev/null ;;
near)
  db
  docker run -d --name "${P}web" --network "${P}quiet" busybox sleep 1d
  ;;
esac
