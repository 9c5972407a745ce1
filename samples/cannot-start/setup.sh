#!/bin/sh
# The database wants a fixed address that another container got first.
# says: cannot-start
# near says:
# Take it down again: docker rm -f web db; docker network rm app
set -eu
P=${P:-}

db() { # ADDRESS
  docker run -d --name "${P}db" --network "${P}app" --ip "$1" busybox nc -ll -p 5537 -e cat
}
net() { docker network create --subnet 10.146.7.0/24 "${P}app"; }
web() {
  docker run -d --name "${P}web" --network "${P}app" -e "DB_URL=redis://${P}db:5537" busybox sh -c "
    while sleep 1; do nc -w 1 ${P}db 5537 </dev/null; done"
}

case ${1:-broken} in
broken)
  net
  web
  db 10.146.7.2 || echo "as was to be seen"
  ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5537 </dev/null ;;
near)
  # Far from the addresses that the engine hands out.
  net
  db 10.146.7.200
  web
  ;;
esac
