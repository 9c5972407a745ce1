#!/bin/sh
# A server that is bound to its own loopback address.
set -eu
label=netmap.lesson=loopback

docker network create --label $label notes
docker run -d --label $label --name notes-api --network notes --expose 8080 busybox \
  sh -c 'mkdir -p /www; echo notes >/www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /www'
docker run -d --label $label --name notes-web --network notes \
  -e API_URL=http://notes-api:8080 busybox \
  sh -c 'while :; do wget -q -T 2 -O - $API_URL; sleep 3; done'
