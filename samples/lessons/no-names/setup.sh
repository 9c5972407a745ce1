#!/bin/sh
# Two containers on the default bridge, of which one asks for the other's name.
set -eu
label=netmap.lesson=no-names

docker run -d --label $label --name forum-db --expose 5432 busybox \
  nc -ll -p 5432 -e cat
docker run -d --label $label --name forum-web -e DATABASE_URL=postgres://forum-db:5432/posts busybox \
  sh -c 'at=${DATABASE_URL#*://} at=${at%/*}
         while :; do nc -w 2 ${at%:*} ${at#*:} </dev/null && echo "reached $at"; sleep 3; done'
