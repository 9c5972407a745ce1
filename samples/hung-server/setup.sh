#!/bin/sh
# A server whose program hangs: connections to it open, and nothing comes.
# says: hung-server
# near says:
# Take it down again: docker rm -f api web; docker network rm app
set -eu
P=${P:-}

# It is stopped once, as by a debugger, and not again after a restart.
api() { # HANGS
  docker run -d --name "${P}api" --network "${P}app" -e "HANGS=$1" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html
    httpd -f -p 8080 -h /www & server=$!
    sleep 1
    if [ "$HANGS" = yes ] && [ ! -e /hung ]; then touch /hung; kill -STOP $server; fi
    wait'
}
web() {
  docker run -d --name "${P}web" --network "${P}app" -e "API_URL=http://${P}api:8080/" busybox sh -c "
    sleep 2
    while sleep 1; do
      printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 ${P}api 8080 | grep -q hello ||
        echo \"ReadTimeout: HTTPConnectionPool(host='${P}api', port=8080): Read timed out. (read timeout=2)\"
    done"
}

case ${1:-broken} in
broken)
  docker network create "${P}app"
  api yes
  web
  ;;
check) docker exec "${P}web" sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 3 ${P}api 8080 | grep -q hello" ;;
near)
  # It is asked as often, and takes what comes.
  docker network create "${P}app"
  api no
  web
  ;;
esac
