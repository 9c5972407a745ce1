#!/bin/sh
# A port that is published by a container on an internal network only.
set -eu
label=netmap.lesson=internal

docker network create --label $label --internal news-data
docker run -d --label $label --name news-db --network news-data --expose 5432 busybox \
  nc -ll -p 5432 -e cat
docker run -d --label $label --name news-site --network news-data -p 127.0.0.1:18071:80 busybox \
  sh -c 'mkdir -p /www; echo news >/www/index.html; exec httpd -f -p 80 -h /www'
