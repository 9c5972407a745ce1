#!/bin/sh
# A slip of the finger in a name.
# says: wrong-name
# near says:
# Take it down again: docker rm -f database web; docker network rm app
set -eu
P=${P:-}

db() { # OPTIONS
  docker network create "${P}app"
  docker run -d --name "${P}database" --network "${P}app" "$@" busybox nc -ll -p 5535 -e cat
}
web() { # HOST
  docker run -d --name "${P}web" --network "${P}app" -e "DB_HOST=$1" -e DB_PORT=5535 busybox sh -c '
    while ! nc -w 1 "$DB_HOST" 5535 </dev/null; do sleep 1; done; echo connected; sleep 1d'
}

case ${1:-broken} in
broken) db && web "${P}databse" ;;
check) docker logs "${P}web" | grep connected ;;
near) db --network-alias "${P}databse" && web "${P}databse" ;;
esac
