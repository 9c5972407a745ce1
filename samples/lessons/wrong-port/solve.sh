#!/bin/sh
# Publish the port that the server listens on.
set -eu
label=netmap.lesson=wrong-port

docker rm -f blog
docker run -d --label $label --name blog --network blog-net -p 127.0.0.1:18070:80 busybox \
  sh -c 'mkdir -p /www; echo "my blog" >/www/index.html; exec httpd -f -p 80 -h /www'
