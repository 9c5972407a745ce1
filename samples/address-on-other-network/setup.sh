#!/bin/sh
# A proxy takes a server's address on a network where it is not itself.
# says: address-on-other-network
# near says:
# Take it down again: docker rm -f app proxy; docker network rm web back
set -eu
P=${P:-}

app() {
  docker network create --subnet 10.209.31.0/24 "${P}back"
  docker network create --subnet 10.209.32.0/24 "${P}web"
  docker run -d --name "${P}app" --network "${P}back" --ip 10.209.31.10 busybox httpd -f -p 5572
  docker network connect --ip 10.209.32.10 "${P}web" "${P}app"
}
# As a proxy that asks the engine for its targets, it has no address in its settings.
proxy() { # SUBNET
  docker run -d --name "${P}proxy" --network "${P}web" busybox sh -c "net=$1
    while sleep 1; do nc -w 1 \$net.10 5572 </dev/null || echo \"dial tcp \$net.10:5572: i/o timeout\"; done"
}

case ${1:-broken} in
broken)
  app
  proxy 10.209.31
  ;;
fix)
  docker rm -f "${P}proxy"
  proxy 10.209.32
  ;;
check) ! docker logs "${P}proxy" 2>&1 | grep timeout ;;
near)
  app
  proxy 10.209.32
  ;;
esac
