#!/bin/sh
# A name that resolves, and that the program refuses all the same.
# says: underscore-host
# near says:
# Take it down again: docker rm -f my_app web; docker network rm net
set -eu
P=${P:-}

app() { # OPTIONS
  docker run -d --name "${P}my_app" --network "${P}net" "$@" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 8045 -h /www'
}
web() { # HOST WORDS
  docker run -d --name "${P}web" --network "${P}net" -e "APP=http://$1:8045/" -e "WORDS=$2" busybox sh -c '
    case $APP in *_*) echo "$WORDS" >&2 ;; *) echo ready ;; esac; sleep 1d'
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  app
  web "${P}my_app" "DisallowedHost: Invalid HTTP_HOST header: '${P}my_app:8045'."
  ;;
check) docker exec "${P}web" sh -c 'wget -qO- "$APP"' | grep hello ;;
near)
  docker network create "${P}net"
  app --network-alias "${P}my-app"
  web "${P}my-app" ready
  ;;
esac
