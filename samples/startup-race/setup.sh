#!/bin/sh
# The client was faster than its server, and gave up.
# says: startup-race
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

db() { # SECONDS-UNTIL-IT-IS-READY
  docker network create "${P}app"
  docker run -d --name "${P}db" --network "${P}app" busybox sh -c "
    sleep $1; exec nc -ll -p 5542 -e cat"
}
web() {
  docker run -d --name "${P}web" --network "${P}app" -e "DB=amqp://${P}db:5542" busybox sh -c "
    if ! nc -w 1 ${P}db 5542 </dev/null; then
      echo 'Error: connect ECONNREFUSED ${P}db:5542' >&2; exit 1
    fi
    echo connected; sleep 1d"
}

case ${1:-broken} in
broken) db 12 && web ;;
check)
  docker exec "${P}web" nc -w 1 "${P}db" 5542 </dev/null
  ;;
near)
  # Started when the server was ready.
  db 0
  sleep 6
  web
  ;;
esac
