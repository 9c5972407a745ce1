#!/bin/sh
# A network that was left behind.
# says: unused-network
# near says:
# Take it down again: docker network rm left-over
set -eu
P=${P:-}

case ${1:-broken} in
broken) docker network create "${P}left-over" ;;
check) ! docker network inspect "${P}left-over" ;;
near)
  # A stopped container comes back to it one day.
  docker network create "${P}left-over"
  docker create --name "${P}later" --network "${P}left-over" busybox sleep 1d
  ;;
esac
