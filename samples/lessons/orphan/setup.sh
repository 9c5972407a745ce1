#!/bin/sh
# A container in the network stack of one that was replaced.
set -eu
label=netmap.lesson=orphan

docker network create --label $label film
docker run -d --label $label --name film-seed --network film --expose 80 busybox \
  sh -c 'mkdir -p /www; echo film >/www/index.html; exec httpd -f -p 80 -h /www'
docker run -d --label $label --name film-vpn --network film busybox sleep 1d
docker run -d --label $label --name film-box --network container:film-vpn \
  -e SEED_URL=http://film-seed:80 busybox \
  sh -c 'while :; do wget -q -T 2 -O - $SEED_URL; sleep 3; done'
# The update.
docker rm -f film-vpn
docker run -d --label $label --name film-vpn --network film busybox sleep 1d
