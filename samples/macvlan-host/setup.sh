#!/bin/sh
# A container on the LAN itself, which its own host cannot reach.
# LAN is the host's interface that the network stands on.
# says: macvlan-host
# near says:
# Take it down again: docker rm -f agent printer; docker network rm lan
set -eu
P=${P:-}

printer() {
  docker network create -d macvlan --subnet 10.209.16.0/24 -o "parent=${LAN:-eth0}" "${P}lan"
  docker run -d --name "${P}printer" --network "${P}lan" --ip 10.209.16.9 busybox nc -ll -p 5560 -e cat
}

case ${1:-broken} in
broken)
  printer
  docker run -d --name "${P}agent" --network host -e PRINTER_HOST=10.209.16.9 -e PRINTER_PORT=5560 \
    busybox sleep 1d
  ;;
fix)
  docker rm -f "${P}agent"
  address=$(docker inspect --format "{{(index .NetworkSettings.Networks \"${NETWORK:-to-host}\").IPAddress}}" "${P}printer")
  docker run -d --name "${P}agent" --network host busybox nc -w 1 "$address" 5560
  ;;
check)
  address=$(docker inspect --format "{{(index .NetworkSettings.Networks \"${NETWORK:-to-host}\").IPAddress}}" "${P}printer")
  docker run --rm --name "${P}again" --network host busybox nc -w 1 "$address" 5560 </dev/null
  ;;
near)
  printer
  docker run -d --name "${P}scanner" --network "${P}lan" --ip 10.209.16.10 \
    -e PRINTER_HOST=10.209.16.9 -e PRINTER_PORT=5560 busybox sleep 1d
  ;;
esac
