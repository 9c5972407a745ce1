#!/bin/sh
# A sidecar in another container's network, after that one was restarted.
# says: namespace-orphan
# near says:
# Take it down again: docker rm -f vpn sidecar; docker network rm net
set -eu
P=${P:-}

pair() {
  docker network create "${P}net"
  docker run -d --name "${P}vpn" --network "${P}net" busybox nc -ll -p 5549 -e cat
  docker run -d --name "${P}sidecar" --network "container:${P}vpn" busybox sleep 1d
}

case ${1:-broken} in
broken)
  pair
  sleep 1
  docker restart -t 0 "${P}vpn"
  ;;
check) docker exec "${P}sidecar" ip route | grep -q default ;;
near) pair ;;
esac
