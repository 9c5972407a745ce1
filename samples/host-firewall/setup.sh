#!/bin/sh
# A firewall of the host that drops what containers send to it, as ufw does once
# it is switched on. (A container in host mode stands for the program on the host.)
# takes a machine of its own
# says: host-firewall
# near says:
# Take it down again: iptables -D INPUT -s 10.209.46.0/24 -p tcp -j DROP; docker rm -f program web; docker network rm app
set -eu
P=${P:-}

program() {
  docker network create --subnet 10.209.46.0/24 --gateway 10.209.46.1 "${P}app"
  docker run -d --name "${P}program" --network host busybox nc -ll -p 17072 -e cat
}
web() {
  docker run -d --name "${P}web" --network "${P}app" -e MODEL_URL=http://10.209.46.1:17072/ busybox sh -c '
    while sleep 1; do
      nc -w 1 10.209.46.1 17072 </dev/null || echo "connect ETIMEDOUT 10.209.46.1:17072"
    done'
}

case ${1:-broken} in
broken) program && iptables -I INPUT -s 10.209.46.0/24 -p tcp -j DROP && web ;;
check) docker exec "${P}web" nc -w 1 10.209.46.1 17072 </dev/null && docker restart -t 0 "${P}web" ;;
near) program && iptables -I INPUT -s 10.209.47.0/24 -p tcp -j DROP && web ;;
esac
