#!/bin/sh
# Two services answer to one name: who asks gets one or the other.
# says: alias-collision
# near says:
# Take it down again: docker rm -f old new; docker network rm net
set -eu
P=${P:-}

api() { # NAME SERVICE PROJECT
  docker run -d --name "${P}$1" --network "${P}net" --network-alias "${P}api" \
    --label "com.docker.compose.service=$2" --label "com.docker.compose.project=${P}$3" busybox sleep 1d
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  api old api shop
  api new api-v2 shop
  ;;
fix)
  docker network disconnect "${P}net" "${P}new"
  docker network connect --alias "${P}api-v2" "${P}net" "${P}new"
  ;;
check) docker exec "${P}old" ping -c 1 "${P}api-v2" ;;
near)
  # Replicas of one service share their name with good reason.
  docker network create "${P}net"
  api old api shop
  api new api shop
  ;;
esac
