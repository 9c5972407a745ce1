#!/bin/sh
# A page that sends browsers to a name which only containers know.
# says: name-for-a-browser
# near says:
# Take it down again: docker rm -f page api; docker network rm shop
set -eu
P=${P:-}

api() {
  docker network create "${P}shop"
  docker run -d --name "${P}api" --network "${P}shop" -p 127.0.0.1:18059:8059 busybox sh -c '
    mkdir -p /www && echo hello >/www/index.html && exec httpd -f -p 8059 -h /www'
}
page() { # URL-FOR-BROWSERS
  docker run -d --name "${P}page" --network "${P}shop" -e "VITE_API_URL=$1" \
    -e "API_INTERNAL_URL=http://${P}api:8059" busybox httpd -f -p 8060
}

case ${1:-broken} in
broken)
  api
  page "http://${P}api:8059"
  ;;
check)
  url=$(docker exec "${P}page" sh -c 'echo "$VITE_API_URL"')
  docker run --rm --name "${P}browser" --network host busybox wget -qO- "$url"
  ;;
near)
  api
  page http://localhost:18059
  ;;
esac
