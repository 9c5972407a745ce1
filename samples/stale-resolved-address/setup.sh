#!/bin/sh
# A proxy looked its backend up once; the backend was re-created with another address.
# says: stale-resolved-address
# near says:
# Take it down again: docker rm -f app proxy; docker network rm net
set -eu
P=${P:-}

app() { # ADDRESS
  docker run -d --name "${P}app" --network "${P}net" --ip "$1" busybox nc -ll -p 5541 -e cat
}
proxy() {
  docker run -d --name "${P}proxy" --network "${P}net" -e "UPSTREAM=${P}app:5541" busybox sh -c "
    address=\$(ping -c 1 ${P}app | sed -n 's/^PING [^(]*(\([0-9.]*\)).*/\1/p')
    while :; do nc -w 3 \$address 5541 </dev/null; sleep 0.2; done"
}

case ${1:-broken} in
broken)
  docker network create --subnet 10.209.11.0/24 "${P}net"
  app 10.209.11.10
  proxy
  sleep 1
  docker rm -f "${P}app"
  app 10.209.11.20
  ;;
check) docker exec "${P}proxy" nc -w 1 "${P}app" 5541 </dev/null ;;
near)
  docker network create --subnet 10.209.11.0/24 "${P}net"
  app 10.209.11.10
  proxy
  ;;
esac
