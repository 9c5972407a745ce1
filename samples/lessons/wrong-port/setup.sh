#!/bin/sh
# A server on port 80 whose port 8080 is published.
set -eu
label=netmap.lesson=wrong-port

docker network create --label $label blog-net
docker run -d --label $label --name blog --network blog-net -p 127.0.0.1:18070:8080 busybox \
  sh -c 'mkdir -p /www; echo "my blog" >/www/index.html; exec httpd -f -p 80 -h /www'
