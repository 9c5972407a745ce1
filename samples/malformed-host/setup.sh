#!/bin/sh
# Quotes that have become part of a host's name.
# says: malformed-host
# near says:
# Take it down again: docker rm -f app db; docker network rm shop
set -eu
P=${P:-}

db() {
  docker network create "${P}shop"
  docker run -d --name "${P}db" --network "${P}shop" busybox nc -ll -p 5558 -e cat
}
app() { # OPTIONS
  docker run -d --name "${P}app" --network "${P}shop" -e DB_PORT=5558 "$@" busybox sh -c '
    while sleep 1; do
      nc -w 1 "$DB_HOST" "$DB_PORT" </dev/null || echo "Error: getaddrinfo ENOTFOUND $DB_HOST" >&2
    done'
}

case ${1:-broken} in
broken)
  db
  app -e "DB_HOST=\"${P}db\""
  ;;
check) docker exec "${P}app" sh -c 'nc -w 1 "$DB_HOST" "$DB_PORT" </dev/null' ;;
near)
  # Quotes in a value that is no host, and a port where both may stand.
  db
  app -e "DB_HOST=${P}db" -e 'SHOP_TITLE="The Shop"' -e "CACHE_SERVERS=${P}db:5558"
  ;;
esac
