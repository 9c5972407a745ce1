#!/bin/sh
# The port that is right on the host is wrong between containers.
# says: host-port-between-containers
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

db() {
  docker network create "${P}app"
  docker run -d --name "${P}db" --network "${P}app" -p 127.0.0.1:15508:5538 busybox \
    nc -ll -p 5538 -e cat
}
web() { # PORT
  docker run -d --name "${P}web" --network "${P}app" \
    -e "DATABASE_URL=postgres://app:secret@${P}db:$1/app" busybox sh -c '
    server=${DATABASE_URL#*@}; server=${server%/*}
    while ! nc -w 1 "${server%:*}" "${server#*:}" </dev/null; do sleep 1; done; echo connected; sleep 1d'
}

case ${1:-broken} in
broken) db && web 15508 ;;
check) docker logs "${P}web" | grep connected ;;
near) db && web 5538 ;;
esac
