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
  docker run -d --name "${P}web" --network "${P}net" -e "APP=http://$1:8045/" busybox sh -c "
    echo \"$2\" >&2; sleep 1d"
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  app
  web "${P}my_app" "DisallowedHost: Invalid HTTP_HOST header: '${P}my_app:8045'."
  ;;
mend)
  docker rm -f "${P}my_app" "${P}web"
  app --network-alias "${P}my-app"
  web "${P}my-app" ready
  ;;
check) docker exec "${P}web" wget -qO- "http://${P}my-app:8045/" ;;
near)
  docker network create "${P}net"
  app --network-alias "${P}my-app"
  web "${P}my-app" ready
  ;;
esac
