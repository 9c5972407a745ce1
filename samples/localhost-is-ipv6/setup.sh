#!/bin/sh
# A health check that dials localhost, and a server that knows IPv4 only.
# says: localhost-is-ipv6
# near says:
# Take it down again: docker rm -f web
set -eu
P=${P:-}

web() { # HOST
  docker run -d --name "${P}web" --health-interval 1s --health-retries 1 \
    --health-cmd "wget -qO- http://$1:8046/" busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 0.0.0.0:8046 -h /www'
}

case ${1:-broken} in
broken) web localhost ;;
fix) docker rm -f "${P}web" && web 127.0.0.1 ;;
check) [ "$(sleep 2; docker inspect --format '{{.State.Health.Status}}' "${P}web")" = healthy ] ;;
near) web 127.0.0.1 ;;
esac
