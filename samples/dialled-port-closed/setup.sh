#!/bin/sh
# The right container, the wrong port.
# says: dialled-port-closed
# near says:
# Take it down again: docker rm -f api web; docker network rm app
set -eu
P=${P:-}

api() {
  docker network create "${P}app"
  docker run -d --name "${P}api" --network "${P}app" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 3009 -h /www'
}
web() { # PORT
  docker run -d --name "${P}web" --network "${P}app" -e "API_URL=http://${P}api:$1/" busybox sleep 1d
}

case ${1:-broken} in
broken) api && web 8089 ;;
check) docker exec "${P}web" sh -c 'wget -qO- "$API_URL"' ;;
near) api && web 3009 ;;
esac
