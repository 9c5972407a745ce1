#!/bin/sh
# A server that is bound to its address on one network, and a client on another.
# says: partial-bind
# near says:
# Take it down again: docker rm -f api web; docker network rm front back
set -eu
P=${P:-}

networks() {
  docker network create --subnet 10.212.0.0/24 "${P}front"
  docker network create --subnet 10.212.1.0/24 "${P}back"
}
api() { # ADDRESS:PORT
  docker create --name "${P}api" --network "${P}front" --ip 10.212.0.25 --expose 8000 busybox sh -c "
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p '$1' -h /www"
  docker network connect --alias api "${P}back" "${P}api"
  docker start "${P}api"
}
web() { # NETWORK
  docker run -d --name "${P}web" --network "${P}$1" -e "API_URL=http://${P}api:8000/" busybox sleep 1d
}

case ${1:-broken} in
broken)
  networks
  api 10.212.0.25:8000
  web back
  ;;
fix) docker rm -f "${P}api" && api 0.0.0.0:8000 ;;
check) docker exec "${P}web" wget -qO- "http://${P}api:8000/" ;;
near)
  # On the network whose address the server is bound to.
  networks
  api 10.212.0.25:8000
  web front
  ;;
esac
