#!/bin/sh
# A development server that listens to itself only.
# says: loopback-bind
# near says:
# Take it down again: docker rm -f api web; docker network rm app
set -eu
P=${P:-}

api() { # ADDRESS:PORT
  docker run -d --name "${P}api" --network "${P}app" -p 127.0.0.1:18006:8000 busybox sh -c "
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p $1 -h /www"
}
web() {
  docker run -d --name "${P}web" --network "${P}app" -e "API_URL=http://${P}api:8000/" \
    busybox sleep 1d
}

case ${1:-broken} in
broken)
  docker network create "${P}app"
  api 127.0.0.1:8000
  web
  ;;
fix) docker rm -f "${P}api" && api 0.0.0.0:8000 ;;
check) docker exec "${P}web" wget -qO- "http://${P}api:8000/" ;;
near)
  # Its own metrics are for itself only, and nobody asks for them.
  docker network create "${P}app"
  api 0.0.0.0:8000
  docker exec -d "${P}api" httpd -f -p 127.0.0.1:9100 -h /www
  web
  ;;
esac
