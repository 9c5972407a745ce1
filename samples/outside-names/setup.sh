#!/bin/sh
# A name server that does not answer: peers have names, the world has none.
# says: outside-names
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

web() { # WORDS OPTIONS
  words=$1; shift
  docker run -d --name "${P}web" --network "${P}app" "$@" -e "DB_URL=redis://${P}db:5555" busybox sh -c "
    echo '$words' >&2; sleep 1d"
}
db() {
  docker network create "${P}app"
  docker run -d --name "${P}db" --network "${P}app" busybox nc -ll -p 5555 -e cat
}

case ${1:-broken} in
broken) db && web 'Error: getaddrinfo EAI_AGAIN api.example.com' --dns 192.0.2.1 ;;
fix) docker rm -f "${P}web" && web ready ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5555 </dev/null ;;
near) db && web ready --dns 192.0.2.1 ;;
esac
