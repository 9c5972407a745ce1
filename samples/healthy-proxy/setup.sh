#!/bin/sh
# A reverse proxy, two apps, and their databases on internal networks. All well.
# Take it down again: docker rm -f proxy shop blog shop-db blog-db
#                     docker network rm edge shop-back blog-back
set -eu
P=${P:-}

docker network create "${P}edge"
app() { # NAME PORT DATABASE-PORT SCHEME
  docker network create --internal "${P}$1-back"
  docker run -d --name "${P}$1-db" --network "${P}$1-back" --expose "$3" busybox nc -ll -p "$3" -e cat
  docker create --name "${P}$1" --network "${P}edge" --expose "$2" \
    -e "DATABASE_URL=$4://$1:secret@${P}$1-db:$3/$1" -e "PUBLIC_URL=http://localhost:17070/$1" \
    -e "LISTEN_ADDR=0.0.0.0:$2" busybox sh -c "
    mkdir -p /www && echo $1 >/www/index.html
    while ! nc -w 1 ${P}$1-db $3 </dev/null; do sleep 1; done
    exec httpd -f -p $2 -h /www"
  docker network connect "${P}$1-back" "${P}$1"
  docker start "${P}$1"
}
app shop 8071 5571 postgres
app blog 8072 5572 mysql
docker run -d --name "${P}proxy" --network "${P}edge" -p 127.0.0.1:17070:8070 \
  -e "UPSTREAMS=${P}shop:8071,${P}blog:8072" busybox sh -c '
  mkdir -p /www && echo proxy >/www/index.html && exec httpd -f -p 8070 -h /www'
