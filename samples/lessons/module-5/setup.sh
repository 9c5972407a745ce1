#!/bin/sh
# Brings up the lesson as it leaves the student: three containers, started one
# by one, none of them with --network. Both servers look for the database at
# localhost:27017, do not find it there, and die.
#
# Plain docker commands; `image: busybox` stands in for node and mongo.
# Take it down again: docker rm -f mongo survey_container results_container
set -eu
label=netmap.lesson=module-5

docker run -d --label $label --name mongo --expose 27017 busybox \
  nc -ll -p 27017 -e cat

serve='
  at=${MONGO_URL#*://} at=${at%%/*}
  if ! nc -w 10 ${at%:*} ${at#*:} </dev/null; then
    echo "MongoError: failed to connect to server [$at] on first connect" >&2
    exit 1
  fi
  mkdir -p /www && echo "$0 is up" >/www/index.html
  exec httpd -f -p 3000 -h /www'

docker run -d --label $label --name survey_container -p 127.0.0.1:8080:3000 \
  -e MONGO_URL=mongodb://localhost:27017/docker_test busybox sh -c "$serve" survey
docker run -d --label $label --name results_container -p 127.0.0.1:8081:3000 \
  -e MONGO_URL=mongodb://localhost:27017/docker_test busybox sh -c "$serve" results
