#!/bin/sh
# A proxy for the world outside is asked for the neighbour.
# says: proxy-env
# near says:
# Take it down again: docker rm -f api web; docker network rm app
set -eu
P=${P:-}

api() {
  docker network create "${P}app"
  docker run -d --name "${P}api" --network "${P}app" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 8047 -h /www'
}
web() { # NO_PROXY
  docker run -d --name "${P}web" --network "${P}app" -e HTTP_PROXY=http://user:secret@proxy.example:3128 \
    -e "NO_PROXY=$1" -e "API_URL=http://${P}api:8047/" busybox sleep 1d
}

case ${1:-broken} in
broken) api && web localhost,127.0.0.1 ;;
check) docker exec "${P}web" sh -c 'echo ",$NO_PROXY,"' | grep ",${P}api," ;;
near) api && web "localhost,127.0.0.1,${P}api" ;;
esac
