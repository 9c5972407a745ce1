#!/bin/sh
# One container joins the internal network to the rest.
# says: bridging-container
# near says:
# Take it down again: docker rm -f web api db; docker network rm front back
set -eu
P=${P:-}

three() { # OPTIONS OF BACK
  docker network create "${P}front"
  docker network create "$@" "${P}back"
  docker run -d --name "${P}web" --network "${P}front" busybox sleep 1d
  docker run -d --name "${P}db" --network "${P}back" busybox sleep 1d
  docker run -d --name "${P}api" --network "${P}front" busybox sleep 1d
}

case ${1:-broken} in
broken)
  three --internal
  docker network connect "${P}back" "${P}api"
  ;;
fix) docker network disconnect "${P}back" "${P}api" ;;
check) docker exec "${P}api" ping -c 1 "${P}web" ;;
near) three --internal ;;
esac
