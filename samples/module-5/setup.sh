#!/bin/sh
# The lesson, as it leaves the student: three containers, started one by one,
# none of them with --network. Both servers look for the database at
# localhost:27017, do not find it there, and die.
#
#   setup.sh            that
#   setup.sh address    the lesson's own fix: the database's address
#   setup.sh restarted  a day later: all were stopped, and started in another order
#   setup.sh network    netmap's fix: a network, and a name
#
# Plain docker commands; `image: busybox` stands in for node and mongo.
# Take it down again: docker rm -f mongo survey_container results_container
set -eu
P=${P:-}
label=netmap.sample=${P}module-5

# Removes containers, if this script made them.
remove() {
  for name in "$@"; do
    docker ps -aq --filter "label=$label" --filter "name=^/?$name\$" | xargs -r docker rm -f
  done
}

mongo() {
  remove "${P}mongo"
  docker run -d --label "$label" --name "${P}mongo" --expose 27017 busybox \
    nc -ll -p 27017 -e cat
}

reads='
  host=${MONGO_URL#*//} host=${host%%:*}'
# A server that dies when the database is not there, as the lesson's do.
dies="$reads"'
  if ! nc -w 2 "$host" 27017 </dev/null; then
    echo "MongoError: failed to connect to server [$host:27017] on first connect" >&2
    exit 1
  fi'
# The same, kept alive by a supervisor such as nodemon.
tries="$reads"'
  while ! nc -w 2 "$host" 27017 </dev/null; do
    echo "MongoError: failed to connect to server [$host:27017] on first connect" >&2
    sleep 1
  done'
serves='
  mkdir -p /www && echo "$0 is up" >/www/index.html
  exec httpd -f -p 3000 -h /www'

servers() { # HOST SCRIPT [OPTIONS]
  host=$1 script=$2; shift 2
  remove "${P}survey_container" "${P}results_container"
  docker run -d --label "$label" --name "${P}survey_container" -p "127.0.0.1:${PORT:-8080}:3000" "$@" \
    -e "MONGO_URL=mongodb://$host:27017/docker_test" busybox sh -c "$script$serves" survey
  docker run -d --label "$label" --name "${P}results_container" -p "127.0.0.1:$((${PORT:-8080} + 1)):3000" "$@" \
    -e "MONGO_URL=mongodb://$host:27017/docker_test" busybox sh -c "$script$serves" results
}

case ${1:-broken} in
broken)
  mongo
  servers localhost "$dies"
  ;;
address)
  mongo
  servers "$(docker inspect --format '{{.NetworkSettings.IPAddress}}' "${P}mongo")" "$tries"
  ;;
restarted)
  docker stop -t 0 "${P}mongo" "${P}survey_container" "${P}results_container"
  docker start "${P}survey_container" "${P}results_container" "${P}mongo"
  ;;
network)
  servers "${P}mongo" "$tries" --network "${NETWORK:-app}"
  ;;
esac
