#!/bin/sh
# A broker tells its clients to dial localhost, which is each client itself.
# says: advertised-address
# near says:
# Take it down again: docker rm -f broker client; docker network rm net
set -eu
P=${P:-}

broker() { # LISTENERS ADVERTISED
  docker run -d --name "${P}broker" --network "${P}net" -e "KAFKA_LISTENERS=$1" \
    -e "KAFKA_ADVERTISED_LISTENERS=$2" busybox sh -c 'httpd -p 5575; exec httpd -f -p 5576'
}
client() {
  docker run -d --name "${P}client" --network "${P}net" \
    -e "KAFKA_BROKERS=${P}broker:5575" busybox sleep 1d
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  broker PLAINTEXT://:5575 PLAINTEXT://localhost:5575
  client
  ;;
check)
  at=$(docker exec "${P}broker" sh -c 'echo "$KAFKA_ADVERTISED_LISTENERS"')
  at=${at#PLAINTEXT://}
  docker exec "${P}client" nc -w 1 "${at%:*}" "${at#*:}" </dev/null
  ;;
near)
  # One listener for containers, and another one for clients on the host.
  docker network create "${P}net"
  broker INSIDE://:5575,OUTSIDE://:5576 "INSIDE://${P}broker:5575,OUTSIDE://localhost:5576"
  client
  ;;
esac
