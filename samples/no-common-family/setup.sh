#!/bin/sh
# A server that listens for IPv4 only, and a client that has its IPv6 address.
# says: no-common-family
# near says:
# Take it down again: docker rm -f web api; docker network rm dual
set -eu
P=${P:-}

api() { # ADDRESS
  docker run -d --name "${P}api" --network "${P}dual" --ip6 fd00:8095::10 busybox sh -c "
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p $1:8095 -h /www"
}

both() { # ADDRESS
  docker network create --ipv6 --subnet fd00:8095::/64 "${P}dual"
  api "$1"
  docker run -d --name "${P}web" --network "${P}dual" -e 'API_URL=http://[fd00:8095::10]:8095/' \
    busybox sleep 1d
}

case ${1:-broken} in
broken) both 0.0.0.0 ;;
fix) docker rm -f "${P}api" && api '[::]' ;;
check) docker exec "${P}web" wget -qO- 'http://[fd00:8095::10]:8095/' ;;
near) both '[::]' ;;
esac
