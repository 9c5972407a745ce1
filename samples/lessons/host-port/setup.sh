#!/bin/sh
# A database that listens on 5432, and an application that dials its host port.
set -eu
label=netmap.lesson=host-port

docker network create --label $label chat
docker run -d --label $label --name chat-db --network chat -p 127.0.0.1:15433:5432 busybox \
  nc -ll -p 5432 -e cat
docker run -d --label $label --name chat-app --network chat \
  -e DATABASE_URL=postgres://chat-db:15433/chat busybox \
  sh -c 'at=${DATABASE_URL#*://} at=${at%/*}
         nc -w 10 ${at%:*} ${at#*:} </dev/null || exit 1; echo "reached $at"; exec sleep 1d'
