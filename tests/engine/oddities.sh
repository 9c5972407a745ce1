#!/bin/sh
# oddities.sh PREFIX PARENT PARENT PARENT PARENT: everything odd that can be on a
# network of Docker 28, and what is plain beside it. Says what it makes before
# it makes it, one a line: `network NAME`, `container NAME`.
#
# Who listens does so on 8080, which most publish, and on 9090, which none does.
set -eu
prefix=$1 macvlan=$2 private=$3 ipvlan_l2=$4 ipvlan_l3=$5
bridge=com.docker.network.bridge
number=0

network() {
  echo "network $prefix$1"
  name=$1 && shift
  docker network create "$@" "$prefix$name" >/dev/null
}

# One with both families, on subnets of its own.
dual() {
  number=$((number + 1))
  name=$1 && shift
  network "$name" --ipv6 --subnet "10.60.$number.0/24" --subnet "fd00:60:$number::/64" "$@"
}

v4() {
  number=$((number + 1))
  name=$1 && shift
  network "$name" --subnet "10.60.$number.0/24" "$@"
}

v6() {
  number=$((number + 1))
  name=$1 && shift
  network "$name" --ipv4=false --ipv6 --subnet "fd00:60:$number::/64" "$@"
}

# A container that listens: NAME OPTIONS…
listen() {
  echo "container $prefix$1"
  name=$1 && shift
  docker run -d --name "$prefix$name" "$@" busybox \
    sh -c 'nc -ll -p 9090 -e cat & exec nc -ll -p 8080 -e cat' >/dev/null
}

# One on each of these networks that publishes.
on() {
  for name; do listen "on-$name" --network "$prefix$name" -p 8080; done
}

both() { echo "-o $bridge.gateway_mode_ipv4=$1 -o $bridge.gateway_mode_ipv6=$1"; }
flat="-o $bridge.enable_ip_masquerade=false"
quiet="-o $bridge.enable_icc=false"

dual nat
dual nat-named -o "$bridge.name=${prefix%-}br"
dual quiet $quiet
dual flat $flat
dual unprotected $(both nat-unprotected)
dual unprotected-flat $(both nat-unprotected) $flat
dual routed $(both routed)
dual routed-two $(both routed)
dual routed-flat $(both routed) $flat
dual routed-quiet $(both routed) $quiet
dual routed-v6 -o $bridge.gateway_mode_ipv6=routed
dual routed-inner $(both routed) --internal
dual unhosted -o $bridge.inhibit_ipv4=true
dual unhosted-routed $(both routed) -o $bridge.inhibit_ipv4=true
dual inner --internal
dual sealed --internal $(both isolated)
v4 v4
v4 v4-routed -o $bridge.gateway_mode_ipv4=routed
v4 v4-sealed --internal -o $bridge.gateway_mode_ipv4=isolated
v6 v6
v6 v6-routed -o $bridge.gateway_mode_ipv6=routed
routed=$(docker network inspect -f '{{slice .Id 0 12}}' "${prefix}routed")
dual flat-trusting $flat -o "$bridge.trusted_host_interfaces=br-$routed:lo"
v4 macvlan -d macvlan -o "parent=$macvlan"
v4 macvlan-private -d macvlan -o "parent=$private" -o macvlan_mode=private
v4 ipvlan-l2 -d ipvlan -o "parent=$ipvlan_l2"
v4 ipvlan-l3 -d ipvlan -o "parent=$ipvlan_l3" -o ipvlan_mode=l3
number=$((number + 1))
network settings --config-only --subnet "10.60.$number.0/24" --label org.opencontainers.image.title=settings
network made --config-from "${prefix}settings"

on nat nat-named quiet flat unprotected unprotected-flat routed routed-two routed-flat routed-quiet \
  routed-v6 unhosted unhosted-routed v4 v4-routed v6 v6-routed flat-trusting made
for name in routed-inner inner sealed v4-sealed macvlan macvlan-private; do
  listen "on-$name" --network "$prefix$name"
done
# Not every kernel has these; without, the container is made and does not start.
for name in ipvlan-l2 ipvlan-l3; do
  listen "on-$name" --network "$prefix$name" 2>/dev/null || true
done
# A second one where members may be kept apart.
for name in nat quiet routed routed-quiet sealed macvlan macvlan-private; do
  listen "also-$name" --network "$prefix$name"
done

# On several, where the way out is one network's.
listen nat-routed --network "${prefix}nat" --network "${prefix}routed" -p 8080
listen routed-nat --network "name=${prefix}routed,gw-priority=10" --network "${prefix}nat" -p 8080
listen routed-both --network "${prefix}routed" --network "${prefix}routed-two" -p 8080
listen nat-flat --network "${prefix}nat" --network "${prefix}flat"
listen flat-nat --network "name=${prefix}flat,gw-priority=5" --network "${prefix}nat"
listen v4-dual --network "name=${prefix}v4,gw-priority=5" --network "${prefix}nat"
listen v4-v6 --network "${prefix}v4" --network "${prefix}v6"
listen inner-nat --network "name=${prefix}inner,gw-priority=5" --network "${prefix}nat"
listen unhosted-nat --network "name=${prefix}unhosted,gw-priority=3" --network "${prefix}nat"

# Published in all the ways there are.
listen at-localhost --network "${prefix}routed" -p 127.0.0.1:8080:8080
listen at-localhost-v6 --network "${prefix}routed" -p '[::1]:8080:8080'
listen by-udp --network "${prefix}routed" -p 8080:8080/udp -p 8081:8081/sctp
listen by-range --network "${prefix}routed" -p 16180-16185:8080
listen several --network "${prefix}nat" -p 127.0.0.1:16190:8080 -p '[::1]:16191:8080' \
  -p 16200-16202:9000-9002 -p 16253:53/udp
listen at-random --network "${prefix}nat" -p 127.0.0.1::8080 -P --expose 7000

# Names and addresses of one's own.
listen named --network "${prefix}nat" --network-alias www --network-alias site \
  --ip 10.60.1.77 --ip6 fd00:60:1::77 --mac-address 02:42:0a:3c:01:4d
listen linked-local --network "${prefix}nat" --link-local-ip 169.254.8.8 --link-local-ip fe80::8:8
listen with-options --network \
  "name=${prefix}nat,driver-opt=com.docker.network.endpoint.ifname=lan7,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1"
listen v4-alone --network "${prefix}nat" --sysctl net.ipv6.conf.all.disable_ipv6=1
listen plain
listen hosty --network host
listen loner --network none
echo "container ${prefix}sidecar"
docker run -d --name "${prefix}sidecar" --network "container:${prefix}nat-routed" busybox sleep 1d >/dev/null
