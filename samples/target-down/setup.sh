#!/bin/sh
# The database has ended, and its name with it.
# says: target-down
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

case ${1:-broken} in
broken)
  docker network create "${P}app"
  # It fails the first time it is started.
  docker run -d --name "${P}db" --network "${P}app" busybox sh -c '
    if [ ! -e /started ]; then touch /started; echo "fatal: no space left" >&2; exit 1; fi
    exec nc -ll -p 5536 -e cat'
  docker run -d --name "${P}web" --network "${P}app" -e "DB_URL=redis://${P}db:5536" busybox sh -c "
    while ! nc -w 1 ${P}db 5536 </dev/null; do sleep 1; done; echo connected; sleep 1d"
  ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5536 </dev/null ;;
near)
  # A job that has done its work, and that nobody waits for.
  docker network create "${P}app"
  docker run -d --name "${P}migrate" --network "${P}app" busybox sh -c 'exit 0'
  docker run -d --name "${P}web" --network "${P}app" busybox sleep 1d
  ;;
esac
