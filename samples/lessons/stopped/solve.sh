#!/bin/sh
# The database gets the setting that it lacks.
set -eu
label=netmap.lesson=stopped

docker rm -f school-db
docker run -d --label $label --name school-db --network school --expose 5432 \
  -e SCHOOL_PASSWORD=correct-horse busybox \
  sh -c '[ -n "$SCHOOL_PASSWORD" ] || { echo "error: SCHOOL_PASSWORD is not set" >&2; exit 1; }
         exec nc -ll -p 5432 -e cat'
