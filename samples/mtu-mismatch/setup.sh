#!/bin/sh
# A way out that carries less than the containers send, and a firewall that
# keeps silent about it. For a machine that may be broken.
# UPLINK is the host's interface that leads out, OUTSIDE an address beyond it
# whose port 80 sends back what it gets.
# takes a machine of its own
# says: mtu-mismatch
# near says:
# Take it down again: ip link set dev eth0 mtu 1500;
#   iptables -D OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP;
#   docker rm -f web; docker network rm app
set -eu
P=${P:-}

tunnel() {
  ip link set dev "${UPLINK:-eth0}" mtu 1420
  silent="OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP"
  iptables -C $silent 2>/dev/null || iptables -I $silent
}
web() { # OPTIONS
  docker network create --subnet 10.209.21.0/24 "$@" "${P}app"
  docker run -d --name "${P}web" --network "${P}app" busybox sleep 1d
}
gone() {
  docker rm -f "${P}web" && docker network rm "${P}app"
}
# How many of so many bytes come back. They are written at once, for nc hands on
# a kilobyte at a time, and on a busy machine each goes in a small packet.
send() { # BYTES
  docker exec "${P}web" nc "$OUTSIDE" 80 -e sh -c "
    exec 3>&2 2>/dev/null
    dd if=/dev/zero bs=$1 count=1 &
    timeout 3 head -c $1 | wc -c >&3" 2>&1
}

case ${1:-broken} in
broken)
  tunnel && web
  if [ -n "${OUTSIDE:-}" ]; then
    # A little gets through, and much does not: that is what makes it hard to find.
    # On a busy machine the first bytes may take longer than send waits.
    for attempt in 1 2 3 4 5; do
      little=$(send 100) && [ "$little" = 100 ] && break
    done
    much=$(send 100000)
    echo "of 100 bytes ${little:-none} came back, of 100000 ${much:-none}"
    [ "$little" = 100 ] && [ "$much" -lt 100000 ]
  fi
  ;;
fix) gone && web -o com.docker.network.driver.mtu=1420 ;;
check) [ "$(send 100000)" = 100000 ] ;;
near) tunnel && web -o com.docker.network.driver.mtu=1420 ;;
esac
