#!/bin/bash
# Symptom: "getaddrinfo EAI_AGAIN api.example.com" in a container, with "reply from unexpected source" where somebody asks
#   by hand. Every machine of the LAN is answered. (https://github.com/pi-hole/docker-pi-hole/issues/230,
#   https://github.com/moby/libnetwork/issues/1729)
# Cause: the name server is published on all addresses, and Docker's proxy answers from the gateway of the client's network.
# doctor should say first: app cannot resolve api.example.com, since pihole's answers come from another address.
# Fix to offer: to publish port 53/udp at the one address that is asked.
# Must not say: that pihole refuses who asks from there. Who asks at the gateway of its own network is answered (`near`).
# After `fixed`, doctor must be quiet, of what app said before as well: it says nothing of the kind any more.
. "${BASH_SOURCE%/*}/name-server-container.sh" true
pihole() { docker create --name pihole --network home "$@" pihole:1 named >/dev/null
docker cp $TMPDIR/named pihole:/bin/named >/dev/null 2>&1; docker start pihole >/dev/null; }
broken() { named; for i in pihole:1 app:1; do docker tag busybox $i; done; docker network create --subnet 172.31.7.0/24 home >/dev/null
ip link add office type veth peer name office0; ip addr add 192.168.53.10/24 dev office; ip link set office up; ip link set office0 up
pihole -p 53:53/udp -p 53:53; app 192.168.53.10; sleep 14; }
near() { docker rm -f app >/dev/null; app 172.31.7.1; sleep 2; works; }
fixed() { docker rm -f pihole >/dev/null; pihole -p 192.168.53.10:53:53/udp -p 53:53; }
clean() { docker rm -f app pihole pihole.old; docker network rm home; ip link del office; } >/dev/null 2>&1

"$@"
