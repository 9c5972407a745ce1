#!/bin/sh
# Two containers want the same ports of the host.
# says: host-port-conflict
# near says:
# Take it down again: docker rm -f one two
set -eu
P=${P:-}

web() { # NAME HOST-PORT: and the one a hundred above it
  docker run -d --name "${P}$1" -p "127.0.0.1:$2:8061" -p "127.0.0.1:$(($2 + 100)):8061" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 8061 -h /www'
}

case ${1:-broken} in
broken)
  web one 18061
  web two 18061 || echo "as was to be seen"
  ;;
check) docker run --rm --name "${P}browser" --network host busybox wget -qO- http://127.0.0.1:18062/ http://127.0.0.1:18162/ ;;
near) web one 18061 && web two 18062 ;;
esac
