#!/bin/sh
# A database that ended because a setting was missing, and one who asks for it.
set -eu
label=netmap.lesson=stopped

docker network create --label $label school
docker run -d --label $label --name school-db --network school --expose 5432 busybox \
  sh -c '[ -n "$SCHOOL_PASSWORD" ] || { echo "error: SCHOOL_PASSWORD is not set" >&2; exit 1; }
         exec nc -ll -p 5432 -e cat'
docker run -d --label $label --name school-web --network school \
  -e DATABASE_URL=postgres://school-db:5432/school busybox \
  sh -c 'at=${DATABASE_URL#*://} at=${at%/*}
         while :; do nc -w 2 ${at%:*} ${at#*:} </dev/null && echo "reached $at"; sleep 3; done'
