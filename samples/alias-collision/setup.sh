#!/bin/sh
# Two services answer to one name: who asks gets one or the other.
# says: alias-collision
# near says:
# Take it down again: docker rm -f a b; docker network rm net
set -eu
P=${P:-}

api() { # NAME SERVICE PROJECT
  docker run -d --name "${P}$1" --network "${P}net" --network-alias "${P}api" \
    --label "com.docker.compose.service=$2" --label "com.docker.compose.project=${P}$3" busybox sleep 1d
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  api a api shop
  api b api-v2 shop
  ;;
mend)
  docker network disconnect "${P}net" "${P}b"
  docker network connect --alias "${P}api-v2" "${P}net" "${P}b"
  ;;
check) docker exec "${P}a" ping -c 1 "${P}api-v2" ;;
near)
  # Replicas of one service share their name with good reason.
  docker network create "${P}net"
  api a api shop
  api b api shop
  ;;
esac
