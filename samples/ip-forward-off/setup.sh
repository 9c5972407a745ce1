#!/bin/sh
# A host whose forwarding was switched off while the engine ran. For a machine
# that may be broken: nothing gets out of its containers until this is fixed.
# OUTSIDE is an address beyond the host.
# takes a machine of its own
# says: ip-forward-off
# near says:
# Take it down again: sysctl -w net.ipv4.ip_forward=1; docker rm -f web; docker network rm app
set -eu
P=${P:-}

web() {
  docker network create --subnet 10.209.20.0/24 "${P}app"
  docker run -d --name "${P}web" --network "${P}app" busybox sleep 1d
}

case ${1:-broken} in
broken) web && sysctl -w net.ipv4.ip_forward=0 ;;
check) docker exec "${P}web" ping -c 1 -W 1 "${OUTSIDE:-1.1.1.1}" ;;
near) web ;;
esac
