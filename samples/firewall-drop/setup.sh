#!/bin/sh
# Something drops packets that the map says should pass. (Here a route in the
# target sends its answers into a black hole; a firewall looks the same.)
# says with --probe: firewall-drop
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

case ${1:-broken} in
broken|near)
  docker network create --subnet 10.209.13.0/24 "${P}app"
  docker run -d --name "${P}db" --network "${P}app" --ip 10.209.13.2 --cap-add NET_ADMIN busybox sleep 1d
  docker run -d --name "${P}web" --network "${P}app" --ip 10.209.13.3 busybox sleep 1d
  [ "${1:-broken}" = near ] || docker exec "${P}db" ip route add blackhole 10.209.13.3/32
  ;;
# Unless netmap's own fix, as root beside the engine, has done so.
fix) docker exec "${P}db" sh -c 'ip route del blackhole 10.209.13.3/32 2>/dev/null || true' ;;
check) docker exec "${P}web" ping -c 1 -W 1 10.209.13.2 ;;
esac
