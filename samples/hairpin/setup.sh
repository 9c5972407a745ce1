#!/bin/sh
# To the neighbour by way of the host: out of one network, back into another.
# says: hairpin
# near says:
# Take it down again: docker rm -f api web; docker network rm app
set -eu
P=${P:-}

api() {
  docker network create --subnet 10.209.12.0/24 --gateway 10.209.12.1 "${P}app"
  docker run -d --name "${P}api" --network "${P}app" -p 18052:8052 busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 8052 -h /www'
}
web() { # HOST:PORT
  docker run -d --name "${P}web" --network "${P}app" -e "API_URL=http://$1/" busybox sleep 1d
}

case ${1:-broken} in
broken) api && web 10.209.12.1:18052 ;;
check) docker exec "${P}web" sh -c 'wget -qO- "$API_URL"' | grep hello && ! docker inspect "${P}web" | grep 18052 ;;
near) api && web "${P}api:8052" ;;
esac
