#!/bin/sh
# A VPN client whose network two others use, and a web page beside it. All well.
# Take it down again: docker rm -f vpn torrent indexer page; docker network rm lan
set -eu
P=${P:-}

docker network create "${P}lan"
# The sidecars' port is published where the interfaces are: on the VPN client.
docker run -d --name "${P}vpn" --network "${P}lan" --cap-add NET_ADMIN -p 127.0.0.1:17080:8080 \
  -e VPN_ENDPOINT=198.51.100.7:51820 busybox sleep 1d
docker run -d --name "${P}torrent" --network "container:${P}vpn" busybox sh -c '
  mkdir -p /www && echo torrent >/www/index.html && exec httpd -f -p 8080 -h /www'
docker run -d --name "${P}indexer" --network "container:${P}vpn" \
  -e TORRENT_URL=http://localhost:8080/ busybox nc -ll -p 9117 -e cat
docker run -d --name "${P}page" --network "${P}lan" -p 127.0.0.1:17081:3000 \
  -e "TORRENT_URL=http://${P}vpn:8080/" -e "INDEXER_URL=http://${P}vpn:9117/" busybox sh -c '
  mkdir -p /www && echo page >/www/index.html && exec httpd -f -p 3000 -h /www'
