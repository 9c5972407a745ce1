#!/bin/sh
# A published port on a network that nothing gets into.
# says: internal-only
# near says:
# Take it down again: docker rm -f web; docker network rm inside
set -eu
P=${P:-}

case ${1:-broken} in
broken)
  docker network create --internal "${P}inside"
  docker run -d --name "${P}web" --network "${P}inside" -p 127.0.0.1:18050:8050 busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 8050 -h /www'
  ;;
check) docker run --rm --name "${P}browser" --network host busybox wget -qO- http://127.0.0.1:18050/ ;;
near)
  # A database that is kept inside on purpose.
  docker network create --internal "${P}inside"
  docker run -d --name "${P}db" --network "${P}inside" --expose 5550 busybox nc -ll -p 5550 -e cat
  ;;
esac
