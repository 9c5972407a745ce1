#!/bin/bash
# Symptom: "failed to initialize logging driver: dial tcp: lookup fluentd: no such host". Both are on one network.
#   (https://github.com/moby/moby/issues/22464)
# Cause: it is the engine that sends the log, from its own machine, where the names of containers lead nowhere.
# doctor should say first: nextcloud cannot start, since the engine cannot reach the server for its log.
# Fix to offer: localhost and the published port as its address.
# Must not say: only that the network is unreachable.
# After `fixed`, doctor must be quiet.
nextcloud() { docker create --name nextcloud --network cloud --log-driver fluentd --log-opt fluentd-address=$1 nextcloud:1 httpd -f -p 80 >/dev/null; docker start nextcloud >/dev/null 2>&1; }
broken() { docker tag busybox fluentd:1; docker tag busybox nextcloud:1; docker network create cloud >/dev/null; docker run -d --name fluentd --network cloud -p 127.0.0.1:24224:24224 fluentd:1 nc -ll -p 24224 -e cat >/dev/null; nextcloud fluentd:24224 || true; }
works() { docker inspect -f '{{.State.Running}}' nextcloud | grep -q true; }
fixed() { docker rm -f nextcloud >/dev/null; nextcloud localhost:24224; }
clean() { docker rm -f fluentd nextcloud; docker network rm cloud; } >/dev/null 2>&1

"$@"
