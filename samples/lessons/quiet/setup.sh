#!/bin/sh
# A network that keeps its members apart.
set -eu
label=netmap.lesson=quiet

docker network create --label $label -o com.docker.network.bridge.enable_icc=false lab-quiet
docker run -d --label $label --name lab-server --network lab-quiet --expose 80 busybox \
  sh -c 'mkdir -p /www; echo lab >/www/index.html; exec httpd -f -p 80 -h /www'
docker run -d --label $label --name lab-client --network lab-quiet \
  -e SERVER_URL=http://lab-server:80 busybox \
  sh -c 'while :; do wget -q -T 2 -O - $SERVER_URL; sleep 3; done'
