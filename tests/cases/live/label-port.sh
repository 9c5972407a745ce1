#!/bin/bash
# Symptom: "Bad Gateway" for one site. Its container runs and answers when asked from another one.
# Cause: its label tells Traefik another port than the server has.
# doctor should say first: traefik is to serve shop by its port 8080, where nothing listens; it listens on 80.
# Fix to offer: shop with the label's port 80; `why traefik shop:8080` offers the same.
# Must not say: that the two share no network, or that nothing listens in shop.
# The neighbour stays quiet: blog has two labels for its two ports.
# After the fix, doctor must be quiet.
port() { echo "traefik.http.services.$1.loadbalancer.server.port=$2"; }
web() { docker run -d --name $1 --network edge -l traefik.enable=true -l $(port $1 $2) -l $(port admin ${3:-$2}) web:1 sh -c '
mkdir -p /www; echo hi >/www/index.html; httpd -p 9000 -h /www; exec httpd -f -p 80 -h /www' >/dev/null; }
shop() { docker run -d --name shop --network edge -l traefik.enable=true -l $(port shop $1) web:1 sh -c '
mkdir -p /www; echo hi >/www/index.html; exec httpd -f -p 80 -h /www' >/dev/null; }
broken() { for i in traefik:v3 web:1; do docker tag busybox $i; done; docker network create edge >/dev/null
web blog 80 9000; shop 8080; docker run -d --name traefik --network edge traefik:v3 sleep 99999 >/dev/null; }
works() { to=$(docker inspect -f '{{index .Config.Labels "traefik.http.services.shop.loadbalancer.server.port"}}' shop)
docker exec traefik wget -q -O- http://shop:$to/ | grep -q hi; }
fixed() { docker rm -f shop >/dev/null; shop 80; }
clean() { docker rm -f shop blog traefik; docker network rm edge; } >/dev/null 2>&1

"$@"
