#!/bin/sh
# The sidecar is re-created, in the new owner's stack.
set -eu
label=netmap.lesson=orphan

docker rm -f film-box
docker run -d --label $label --name film-box --network container:film-vpn \
  -e SEED_URL=http://film-seed:80 busybox \
  sh -c 'while :; do wget -q -T 2 -O - $SEED_URL; sleep 3; done'
