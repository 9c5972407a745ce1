#!/bin/sh
# An entry in the hosts file hides the peer's true address.
# says: shadowed-name
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

db() {
  docker network create "${P}app"
  docker run -d --name "${P}db" --network "${P}app" busybox nc -ll -p 5556 -e cat
}
web() { # OPTIONS
  docker run -d --name "${P}web" --network "${P}app" "$@" busybox sleep 1d
}

case ${1:-broken} in
broken) db && web --add-host "${P}db:192.0.2.7" ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5556 </dev/null ;;
near) db && web --add-host intranet:192.0.2.7 ;;
esac
