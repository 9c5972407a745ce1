#!/bin/sh
# A program that dials what nobody here has.
# says: unexplained-failure
# near says:
# Take it down again: docker rm -f web
set -eu
P=${P:-}

web() { # SERVER
  docker run -d --name "${P}web" -e "SERVER=$1" busybox sh -c '
    [ "$SERVER" = none ] || { sleep 3; exec nc -ll -p 5563 -e cat; } &
    while sleep 1; do
      nc -w 1 127.0.0.1 5563 </dev/null || echo "Error: connect ECONNREFUSED 127.0.0.1:5563" >&2
    done'
}

case ${1:-broken} in
broken) web none ;;
check) docker exec "${P}web" nc -w 1 127.0.0.1 5563 </dev/null ;;
fix)
  docker rm -f "${P}web"
  web here
  ;;
near)
  # It fails until its server is there, and not any more.
  web here
  ;;
esac
