#!/bin/bash
# Symptom: Gateway Timeout; Traefik's log: Could not find network named "proxy" for container, maybe you're missing the project's prefix.
# Cause: the label says that Traefik is to reach app on proxy, and app is on its project's own network only.
# doctor should say first: traefik is to serve app, and shares no network with it; the label.
# Fix to offer: docker network connect proxy app, not Traefik to the project's network. `why traefik app` offers the same.
# Must not say: that there are no problems. Traefik on the host's network, one that shares another network, traefik.enable=false and
#   a label without any Traefik are fine.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broken() { docker tag busybox traefik:3; docker tag busybox app:1; docker network create proxy >/dev/null; docker network create shop_default >/dev/null
docker run -d --name app --network shop_default --label traefik.enable=true --label traefik.docker.network=proxy app:1 httpd -f -p 3000 >/dev/null
docker run -d --name off --network shop_default --label traefik.enable=false app:1 httpd -f -p 3000 >/dev/null
docker run -d --name traefik --network proxy traefik:3 httpd -f -p 80 >/dev/null; sleep 2; }
works() { docker exec traefik nc -w1 app 3000 </dev/null; }
fixed() { docker network connect proxy app; sleep 2; }
clean() { docker rm -f app off traefik; docker network rm proxy shop_default; } >/dev/null 2>&1

"$@"
