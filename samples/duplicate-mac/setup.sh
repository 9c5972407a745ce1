#!/bin/sh
# Two containers with one MAC address on one network: frames go to one or the other.
# says: duplicate-mac
# near says:
# Take it down again: docker rm -f cache web client; docker network rm net
set -eu
P=${P:-}

MAC=02:42:0a:d1:21:07
server() { # NAME NETWORK PORT FRIEND
  program="httpd -p $3; while :; do ping -c 1 -W 1 $4; sleep 0.2; done"
  # Newer clients give an older engine no such option.
  docker create --name "${P}$1" --network "${P}$2" --mac-address $MAC busybox sh -c "$program" ||
    curl -sSf --unix-socket "${DOCKER_HOST#unix://}" -H 'Content-Type: application/json' \
      "http://docker/v1.41/containers/create?name=${P}$1" -d "{\"Image\": \"busybox\",
        \"MacAddress\": \"$MAC\", \"HostConfig\": {\"NetworkMode\": \"${P}$2\"},
        \"Cmd\": [\"sh\", \"-c\", \"$program\"]}"
  docker start "${P}$1"
}
client() {
  docker run -d --name "${P}client" --network "${P}net" -e "WEB=${P}web:5573" busybox sleep 1d
}

case ${1:-broken} in
broken)
  docker network create "${P}net"
  client
  server web net 5573 "${P}client"
  server cache net 5574 "${P}client"
  ;;
check) docker exec "${P}client" nc -w 1 "${P}web" 5573 </dev/null ;;
near)
  # The same address on two networks does no harm.
  docker network create "${P}net"
  docker network create "${P}other"
  client
  server web net 5573 "${P}client"
  server cache other 5574 127.0.0.1
  ;;
esac
