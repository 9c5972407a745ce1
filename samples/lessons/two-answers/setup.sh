#!/bin/sh
# Two containers with one alias, of which one has nothing to say.
set -eu
label=netmap.lesson=two-answers

docker network create --label $label ticket
docker run -d --label $label --name ticket-api-1 --network ticket --network-alias api busybox \
  sleep 1d
docker run -d --label $label --name ticket-api-2 --network ticket --network-alias api busybox \
  sh -c 'mkdir -p /www; echo tickets >/www/index.html; exec httpd -f -p 8080 -h /www'
docker run -d --label $label --name ticket-web --network ticket -e API_URL=http://api:8080 busybox \
  sh -c 'while :; do wget -q -T 2 -O - $API_URL; sleep 3; done'
