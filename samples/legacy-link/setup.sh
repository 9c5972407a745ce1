#!/bin/sh
# Tied together with --link, as in old books.
# says: legacy-link
# near says:
# Take it down again: docker rm -f db web
set -eu
P=${P:-}

case ${1:-broken} in
broken)
  docker run -d --name "${P}db" busybox nc -ll -p 5544 -e cat
  docker run -d --name "${P}web" --link "${P}db:database" -e DB_URL=redis://database:5544 busybox sh -c '
    while ! nc -w 1 database 5544 </dev/null; do sleep 1; done; echo connected; sleep 1d'
  ;;
check) docker exec "${P}web" nc -w 1 database 5544 </dev/null ;;
near)
  docker network create "${P}app"
  docker run -d --name "${P}db" --network "${P}app" --network-alias database busybox nc -ll -p 5544 -e cat
  docker run -d --name "${P}web" --network "${P}app" -e DB_URL=redis://database:5544 busybox sleep 1d
  ;;
esac
