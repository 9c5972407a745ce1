#!/bin/sh
# Published is port 67 of TCP; the server, of addresses for a lab, takes UDP.
# says: wrong-protocol
# near says:
# Take it down again: docker rm -f dhcp
set -eu
P=${P:-}

dhcp() { # PUBLISHED...
  docker run -d --name "${P}dhcp" "$@" busybox sh -c '
    touch /leases
    printf "start 10.209.47.20\nend 10.209.47.29\ninterface eth0\nlease_file /leases\n" >/dhcp.conf
    exec udhcpd -f /dhcp.conf'
}

case ${1:-broken} in
broken) dhcp -p 127.0.0.1:18067:67 ;;
check) docker port "${P}dhcp" 67/udp ;;
near) dhcp -p 127.0.0.1:18067:67 -p 127.0.0.1:18067:67/udp ;;
esac
