#!/bin/sh
# Published is 80; the server listens on 3000.
# says: published-port-nobody-listens
# near says:
# Take it down again: docker rm -f web
set -eu
P=${P:-}

web() { # CONTAINER-PORT
  docker run -d --name "${P}web" -p "127.0.0.1:18007:$1" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 3000 -h /www'
}

case ${1:-broken} in
broken) web 80 ;;
check) docker run --rm --name "${P}browser" --network host busybox wget -qO- http://127.0.0.1:18007/ ;;
near) web 3000 ;;
esac
