#!/bin/bash
# Symptom: "Since the app uses the VPN container's network it cannot reach the database: i/o timeout."
#   (https://github.com/qdm12/gluetun/issues/289)
# Cause: the VPN container's own firewall drops what does not go through its tunnel, the neighbours' addresses with it.
# doctor should say first: app fails again and again to reach db:5432, no answer.
# Fix to offer: the firewall of vpn, whose network app uses, first; FIREWALL_OUTBOUND_SUBNETS. `why app db:5432` names vpn, too.
# Must not say: that nothing listens; that the name is wrong.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
rule() { nsenter -t $(docker inspect -f '{{.State.Pid}}' vpn) -n iptables $1 OUTPUT -d 172.16.0.0/12 -p tcp -j DROP; }
broken() { docker tag busybox gluetun:3; docker tag busybox app:1; docker tag busybox postgres:16; docker network create --subnet 172.29.7.0/24 shop >/dev/null
docker run -d --name db --network shop postgres:16 nc -ll -p 5432 -e cat >/dev/null; docker run -d --name vpn --network shop gluetun:3 sleep 99999 >/dev/null
put app --network container:vpn -e DB_HOST=db -e DB_PORT=5432 app:1 <<'S'
while sleep 1; do nc -w1 db 5432 </dev/null || echo "dial tcp $(nslookup db | sed -n '/^Name/,$s/^Address: //p' | head -1):5432: i/o timeout"; done
S
rule -A; sleep 3; }
works() { docker exec app nc -w1 db 5432 </dev/null; }
fixed() { rule -D; docker restart -t 0 app >/dev/null; sleep 2; }
clean() { docker rm -f app vpn db; docker network rm shop; } >/dev/null 2>&1

"$@"
