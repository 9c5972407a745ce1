#!/bin/sh
# The database has its second address; somebody else has its first.
set -eu
label=netmap.lesson=moved

docker network create --label $label --subnet 10.213.9.0/24 bank
docker run -d --label $label --name bank-cache --network bank --expose 6379 busybox \
  nc -ll -p 6379 -e cat
docker run -d --label $label --name bank-db --network bank --expose 5432 busybox \
  nc -ll -p 5432 -e cat
docker run -d --label $label --name bank-app --network bank \
  -e DATABASE_URL=postgres://10.213.9.2:5432/bank busybox \
  sh -c 'at=${DATABASE_URL#*://} at=${at%/*}
         nc -w 10 ${at%:*} ${at#*:} </dev/null || exit 1; echo "reached $at"; exec sleep 1d'
