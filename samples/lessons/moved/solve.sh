#!/bin/sh
# The name instead of the address.
set -eu
label=netmap.lesson=moved

docker rm -f bank-app
docker run -d --label $label --name bank-app --network bank \
  -e DATABASE_URL=postgres://bank-db:5432/bank busybox \
  sh -c 'nc -w 2 bank-db 5432 </dev/null || exit 1; echo "reached bank-db:5432"; exec sleep 1d'
