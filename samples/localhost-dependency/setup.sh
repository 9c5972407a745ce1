#!/bin/sh
# A web server looks for its database on localhost, which is itself.
# says: localhost-dependency
# near says:
# Take it down again: docker rm -f db web; docker network rm shop
set -eu
P=${P:-}

web() { # HOST
  docker run -d --name "${P}web" --network "${P}shop" -e "DATABASE_URL=postgres://$1:5532/shop" busybox sh -c '
    host=${DATABASE_URL#*//}; host=${host%%:*}
    while ! nc -w 1 "$host" 5532 </dev/null; do
      echo "Error: connect ECONNREFUSED 127.0.0.1:5532" >&2; sleep 1
    done
    echo connected; sleep 1d'
}

case ${1:-broken} in
broken)
  docker network create "${P}shop"
  docker run -d --name "${P}db" --network "${P}shop" busybox nc -ll -p 5532 -e cat
  web localhost
  ;;
check) docker logs "${P}web" | grep connected ;;
near)
  # A proxy in the same network stack: localhost is right.
  docker network create "${P}shop"
  docker run -d --name "${P}db" --network "${P}shop" busybox nc -ll -p 5532 -e cat
  docker run -d --name "${P}web" --network "${P}shop" \
    -e DATABASE_URL=postgres://localhost:5532/shop busybox sleep 1d
  docker run -d --name "${P}proxy" --network "container:${P}web" busybox \
    nc -ll -p 5532 -e cat
  ;;
esac
