#!/bin/sh
# A service's container was connected again by hand, without its service's name.
# says: lost-alias
# near says:
# Take it down again: docker rm -f shop-app-1 shop-db-1; docker network rm net
set -eu
P=${P:-}

run() { # SERVICE OPTIONS…
  service=$1
  shift
  docker run -d --name "${P}shop-$service-1" --network "${P}net" --network-alias "$service" \
    --label "com.docker.compose.project=${P}shop" \
    --label "com.docker.compose.service=$service" "$@"
}
shop() {
  docker network create "${P}net"
  run db busybox httpd -f -p 5577
  run app -e DB=db:5577 busybox sleep 1d
}

case ${1:-broken} in
broken)
  shop
  docker network disconnect "${P}net" "${P}shop-db-1"
  docker network connect "${P}net" "${P}shop-db-1"
  ;;
check) docker exec "${P}shop-app-1" nc -w 1 db 5577 </dev/null ;;
near)
  shop
  docker network disconnect "${P}net" "${P}shop-db-1"
  docker network connect --alias db "${P}net" "${P}shop-db-1"
  ;;
esac
