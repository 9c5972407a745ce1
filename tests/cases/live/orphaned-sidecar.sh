#!/bin/bash
# Symptom: "Since the VPN container restarted, its published web page resets the connection, and the dashboard can't reach it either."
# Cause: web runs in the network namespace of vpn; vpn was restarted and has a new one, web still sits in the old one.
# doctor should say first: web lost its network when vpn was restarted; for that reason vpn does not answer on 18311, and dash waits for vpn without success.
# Fix to offer: docker restart web.
# Must not say: that nothing listens on the published port of vpn, or on the port that dash dials, as if these were troubles of their own.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broken() { docker tag busybox gluetun:v3; docker tag busybox qbittorrent:5; docker tag busybox dash:1; docker network create media >/dev/null
docker run -d --name vpn --network media -p 18311:8080 gluetun:v3 sleep 1d >/dev/null
docker run -d --name web --network container:vpn qbittorrent:5 httpd -f -p 8080 >/dev/null
put dash --network media -e WEB_URL=http://vpn:8080/ dash:1 <<'S'
while sleep 1; do wget -qO- http://vpn:8080/ 2>&1 | grep -q refused && echo "Error: connect ECONNREFUSED vpn:8080"; done
S
docker restart -t 0 vpn >/dev/null; sleep 3; }
works() { ! docker exec dash wget -qO- http://vpn:8080/ 2>&1 | grep -q refused; }
fixed() { docker restart -t 0 web >/dev/null; docker restart -t 0 dash >/dev/null; }
clean() { docker rm -f dash web vpn; docker network rm media; } >/dev/null 2>&1

"$@"
