#!/bin/sh
# A search domain that has an answer for a peer's name. (An alias of the office's
# machine stands for a name server that answers every name of its domain.)
# says: resolves-elsewhere
# near says:
# Take it down again: docker rm -f cache office app; docker network rm shop
set -eu
P=${P:-}

shop() {
  docker network create "${P}shop"
  docker run -d --name "${P}cache" --network "${P}shop" busybox nc -ll -p 6379 -e cat
  docker run -d --name "${P}office" --network "${P}shop" --network-alias "${P}cache.office.test" busybox sleep 1d
}
app() { # NDOTS
  docker run -d --name "${P}app" --network "${P}shop" --dns-search office.test --dns-option "ndots:$1" \
    -e "CACHE_URL=redis://${P}cache:6379" busybox sleep 1d
}

case ${1:-broken} in
broken) shop && app 2 ;;
check) docker exec "${P}app" sh -c 'nc -w 1 "$0" 6379 </dev/null' "${P}cache" ;;
near) shop && app 0 ;;
esac
