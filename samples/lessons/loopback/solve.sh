#!/bin/sh
# The same server, on all addresses.
set -eu
label=netmap.lesson=loopback

docker rm -f notes-api
docker run -d --label $label --name notes-api --network notes --expose 8080 busybox \
  sh -c 'mkdir -p /www; echo notes >/www/index.html; exec httpd -f -p 0.0.0.0:8080 -h /www'
