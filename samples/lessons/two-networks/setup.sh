#!/bin/sh
# Proxy and web server in front, database at the back, and nobody on both.
set -eu
label=netmap.lesson=two-networks

docker network create --label $label shop-front
docker network create --label $label shop-back
docker run -d --label $label --name shop-db --network shop-back --expose 5432 busybox \
  nc -ll -p 5432 -e cat
docker run -d --label $label --name shop-web --network shop-front \
  -e DATABASE_URL=postgres://shop-db:5432/shop busybox \
  sh -c 'mkdir -p /www; httpd -p 8080 -h /www; at=${DATABASE_URL#*://} at=${at%/*}
         while :; do nc -w 2 ${at%:*} ${at#*:} </dev/null && echo "reached $at"; sleep 3; done'
docker run -d --label $label --name shop-proxy --network shop-front \
  -e UPSTREAM=http://shop-web:8080 busybox sleep 1d
