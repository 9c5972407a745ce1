#!/bin/sh
# Started on a network that is routed as it is, and out by another one that
# puts the host's address on everything.
# says: gateway-surprise
# near says:
# Take it down again: docker rm -f web; docker network rm z-own a-other
set -eu
P=${P:-}

case ${1:-broken} in
broken)
  docker network create -o com.docker.network.bridge.enable_ip_masquerade=false "${P}z-own"
  docker network create "${P}a-other"
  docker run -d --name "${P}web" --network "${P}z-own" busybox sleep 1d
  docker network connect "${P}a-other" "${P}web"
  ;;
fix)
  docker network disconnect "${P}a-other" "${P}web"
  docker network rm "${P}a-other"
  ;;
check) docker exec "${P}web" ip route | grep -q default ;;
near)
  # Only one of the two has a way out.
  docker network create -o com.docker.network.bridge.enable_ip_masquerade=false "${P}z-own"
  docker network create --internal "${P}a-other"
  docker run -d --name "${P}web" --network "${P}z-own" busybox sleep 1d
  docker network connect "${P}a-other" "${P}web"
  ;;
esac
