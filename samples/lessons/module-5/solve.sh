#!/bin/sh
# A network on which names resolve, and servers that use the name.
set -eu
label=netmap.lesson=module-5

docker network create --label $label lesson
docker network connect lesson mongo
docker rm -f survey_container results_container

serve='
  at=${MONGO_URL#*://} at=${at%%/*}
  if ! nc -w 10 ${at%:*} ${at#*:} </dev/null; then
    echo "MongoError: failed to connect to server [$at] on first connect" >&2
    exit 1
  fi
  mkdir -p /www && echo "$0 is up" >/www/index.html
  exec httpd -f -p 3000 -h /www'

docker run -d --label $label --name survey_container --network lesson -p 127.0.0.1:8080:3000 \
  -e MONGO_URL=mongodb://mongo:27017/docker_test busybox sh -c "$serve" survey
docker run -d --label $label --name results_container --network lesson -p 127.0.0.1:8081:3000 \
  -e MONGO_URL=mongodb://mongo:27017/docker_test busybox sh -c "$serve" results
