#!/bin/sh
# host.docker.internal is a name of Docker Desktop; elsewhere it must be given.
# (A container in host mode stands for the program on the host.)
# says: host-service
# near says:
# Take it down again: docker rm -f program web
set -eu
P=${P:-}

program() {
  docker run -d --name "${P}program" --network host busybox nc -ll -p 17071 -e cat
}
web() { # OPTIONS
  docker run -d --name "${P}web" "$@" -e OLLAMA_URL=http://host.docker.internal:17071/ busybox sh -c '
    while ! nc -w 1 host.docker.internal 17071 </dev/null; do sleep 1; done; echo connected; sleep 1d'
}

case ${1:-broken} in
broken) program && web ;;
check) docker logs "${P}web" | grep connected ;;
near) program && web --add-host host.docker.internal:host-gateway ;;
esac
