#!/bin/bash
# Symptom: "the container was created and does not start: address already in use. No container publishes that port."
# Cause: another container is on the host's network and listens on that port there.
# doctor should say first: web cannot start, port 8090 of the host is taken; metrics is on the host's network, where something has it.
# Fix to offer: another port of the host for web.
# Must not say: that no container has it.
# After `fixed`, doctor must be quiet.
broken() { docker tag busybox web:1; docker tag busybox metrics:1; docker network create shop >/dev/null
docker run -d --name metrics --network host --expose 8090 metrics:1 httpd -f -p 8090 >/dev/null; sleep 1
docker run -d --name web --network shop -p 8090:80 web:1 httpd -f -p 80 >/dev/null 2>&1; sleep 1; }
works() { docker exec metrics sh -c 'nc -w1 127.0.0.1 8091 </dev/null'; }
fixed() { docker rm -f web >/dev/null; docker run -d --name web --network shop -p 8091:80 web:1 httpd -f -p 80 >/dev/null; sleep 1; }
clean() { docker rm -f web metrics; docker network rm shop; } >/dev/null 2>&1

"$@"
