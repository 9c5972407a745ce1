#!/bin/sh
# Its peer is on the host's own network, where it has no name.
# says: host-mode-peer
# near says:
# Take it down again: docker rm -f metrics web; docker network rm net
set -eu
P=${P:-}

metrics() {
  docker run -d --name "${P}metrics" --network host busybox nc -ll -p 17081 -e cat
}
web() { # HOST
  docker run -d --name "${P}web" --network "${P}net" -e "STATSD_HOST=$1" -e STATSD_PORT=17081 \
    busybox sh -c 'while ! nc -w 1 "$STATSD_HOST" 17081 </dev/null; do sleep 1; done; echo connected; sleep 1d'
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  metrics
  web "${P}metrics"
  ;;
check) docker logs "${P}web" | grep connected ;;
near)
  # In host mode, and nobody asks for it by name.
  docker network create "${P}net"
  metrics
  docker run -d --name "${P}web" --network "${P}net" busybox sleep 1d
  ;;
esac
