#!/bin/sh
# The host has a route of its own into a network's addresses, as a VPN makes one.
# says: subnet-overlap
# near says:
# Take it down again: docker rm -f web; docker network rm office;
#                     ip route del 10.209.15.128/25
set -eu
P=${P:-}

on_host() {
  docker run --rm --name "${P}admin" --network host --cap-add NET_ADMIN busybox ip route "$@"
}

case ${1:-broken} in
broken|near)
  docker network create --subnet 10.209.15.0/24 "${P}office"
  docker run -d --name "${P}web" --network "${P}office" busybox sleep 1d
  [ "${1:-broken}" = near ] || on_host add 10.209.15.128/25 dev docker0
  ;;
fix) on_host del 10.209.15.128/25 dev docker0 ;;
check) docker exec "${P}web" ip route | grep -q default ;;
esac
