#!/bin/sh
# A monitoring stack of twelve containers, one of them in host mode. All well.
# Take it down again: docker ps -aqf label=sample=monitoring | xargs docker rm -f
#                     docker network rm monitoring apps
set -eu
P=${P:-}

docker network create "${P}monitoring"
docker network create "${P}apps"
server() { # NAME NETWORK PORT OPTIONS
  name=$1 network=$2 port=$3; shift 3
  docker run -d --name "${P}$name" --network "$network" --label sample=monitoring --expose "$port" "$@" \
    busybox sh -c "mkdir -p /www && echo $name >/www/index.html && exec httpd -f -p $port -h /www"
}
server node-exporter host 19100
server loki "${P}monitoring" 3100
server tempo "${P}monitoring" 3200
server alertmanager "${P}monitoring" 9093 -e SMTP_SMARTHOST=smtp.example.com:587
server app "${P}apps" 8000 --health-cmd 'wget -qO- http://127.0.0.1:8000/' --health-interval 2s
server worker-1 "${P}apps" 8001 --network-alias "${P}worker"
server worker-2 "${P}apps" 8001 --network-alias "${P}worker"
server redis-exporter "${P}monitoring" 9121 -e "REDIS_ADDR=redis://${P}redis:6379"
docker run -d --name "${P}redis" --network "${P}monitoring" --label sample=monitoring --expose 6379 busybox \
  nc -ll -p 6379 -e cat
server promtail "${P}monitoring" 9080 -e "LOKI_URL=http://${P}loki:3100/loki/api/v1/push"
# It watches the apps, so it is on their network as well.
server prometheus "${P}monitoring" 9090 -e "ALERTMANAGER_URL=http://${P}alertmanager:9093" \
  -e "TARGETS=${P}app:8000,${P}worker:8001,${P}redis-exporter:9121,host.docker.internal:19100" \
  --add-host host.docker.internal:host-gateway
docker network connect "${P}apps" "${P}prometheus"
server grafana "${P}monitoring" 3000 -p 127.0.0.1:17082:3000 -e "GF_DATABASE_URL=postgres://grafana:secret@db.example.com/grafana" \
  -e "PROMETHEUS_URL=http://${P}prometheus:9090" -e "LOKI_URL=http://${P}loki:3100" -e "GF_SERVER_ROOT_URL=http://localhost:17082"
