#!/bin/sh
# A server that takes connections and hangs up, and a client that tries again.
# says with --flows: reconnect-loop
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

db() { # WHAT IT RUNS FOR EACH CONNECTION
  docker run -d --name "${P}db" --network "${P}app" busybox nc -ll -p 5571 -e "$@"
}
web() { # SECONDS BETWEEN TWO REQUESTS
  docker run -d --name "${P}web" --network "${P}app" --dns 192.0.2.53 -e "DB=amqp://${P}db:5571" busybox sh -c "
    while :; do (echo hello; sleep 1) | nc ${P}db 5571 >/dev/null & sleep $1; done"
}

case ${1:-broken} in
broken)
  docker network create "${P}app"
  # It reads what is asked, and that is all.
  db sh -c 'read asked' && web 0.5
  ;;
fix)
  docker rm -f "${P}db" && db cat
  ;;
check)
  docker exec "${P}web" sh -c "(echo hello; sleep 1) | nc ${P}db 5571 | grep hello"
  ;;
near)
  # Twenty requests a second, each with a connection of its own.
  docker network create "${P}app"
  db cat && web 0.05
  ;;
esac
