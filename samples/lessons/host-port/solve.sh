#!/bin/sh
# Between containers it is the container's port that counts.
set -eu
label=netmap.lesson=host-port

docker rm -f chat-app
docker run -d --label $label --name chat-app --network chat \
  -e DATABASE_URL=postgres://chat-db:5432/chat busybox \
  sh -c 'at=${DATABASE_URL#*://} at=${at%/*}
         nc -w 10 ${at%:*} ${at#*:} </dev/null || exit 1; echo "reached $at"; exec sleep 1d'
