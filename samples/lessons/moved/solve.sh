#!/bin/sh
# The name instead of the address.
set -eu
label=netmap.lesson=moved

docker rm -f bank-app
docker run -d --label $label --name bank-app --network bank \
  -e DATABASE_URL=postgres://bank-db:5432/bank busybox \
  sh -c 'at=${DATABASE_URL#*://} at=${at%/*}
         nc -w 10 ${at%:*} ${at#*:} </dev/null || exit 1; echo "reached $at"; exec sleep 1d'
