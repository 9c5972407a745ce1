#!/bin/sh
# Published for the host alone, and dialled by the host's address.
# says: published-on-loopback
# near says: hairpin
# Take it down again: docker rm -f stats monitor; docker network rm graphs watch
set -eu
P=${P:-}

stats() { # ADDRESS
  docker network create "${P}graphs"
  docker network create --subnet 10.209.45.0/24 --gateway 10.209.45.1 "${P}watch"
  docker run -d --name "${P}stats" --network "${P}graphs" -p "${1}18048:3000" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 3000 -h /www'
}
monitor() {
  docker run -d --name "${P}monitor" --network "${P}watch" -e TARGET=http://10.209.45.1:18048 busybox sh -c '
    while sleep 1; do
      wget -qO- "$TARGET" || echo "connect ECONNREFUSED 10.209.45.1:18048"
    done'
}

case ${1:-broken} in
broken) stats 127.0.0.1: && monitor ;;
check) docker exec "${P}monitor" sh -c 'wget -qO- "$TARGET"' | grep hello ;;
near) stats "" && monitor ;;
esac
