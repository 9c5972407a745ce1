#!/bin/sh
# Between containers it is the container's port that counts.
set -eu
label=netmap.lesson=host-port

docker rm -f chat-app
docker run -d --label $label --name chat-app --network chat \
  -e DATABASE_URL=postgres://chat-db:5432/chat busybox \
  sh -c 'nc -w 2 chat-db 5432 </dev/null || exit 1; echo "reached chat-db:5432"; exec sleep 1d'
