#!/bin/sh
# A program that ends for want of a variable, and that nobody waits for.
# says: crashed
# near says:
# Take it down again: docker rm -f app
set -eu
P=${P:-}

app() { # OPTIONS
  docker run -d --name "${P}app" "$@" busybox sh -c '
    [ -n "${SITE_TITLE:-}" ] || { echo "Error: SITE_TITLE is not set" >&2; exit 1; }
    mkdir -p /www && echo "$SITE_TITLE" >/www/index.html && exec httpd -f -p 8057 -h /www'
}

case ${1:-broken} in
broken) app ;;
check) docker exec "${P}app" wget -qO- http://127.0.0.1:8057/ ;;
fix)
  docker rm -f "${P}app"
  app -e SITE_TITLE=hello
  ;;
near)
  # A job that has done its work, and one that was stopped.
  docker run -d --name "${P}job" busybox true
  docker run -d --name "${P}idle" busybox sleep 1d
  docker stop -t 0 "${P}idle"
  ;;
esac
