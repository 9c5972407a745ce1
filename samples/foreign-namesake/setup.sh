#!/bin/sh
# Two projects meet on a network; one's db is down, and the other's answers for it.
# says: foreign-namesake
# near says:
# Take it down again: docker rm -f blue-app blue-db green-db; docker network rm edge blue
set -eu
P=${P:-}

run() { # NAME PROJECT SERVICE OPTIONS…
  name=$1 project=$2 service=$3
  shift 3
  docker run -d --name "${P}$name" --network-alias "$service" \
    --label "com.docker.compose.project=${P}$project" \
    --label "com.docker.compose.service=$service" "$@"
}
db() { # PROJECT NETWORK
  run "$1-db" "$1" db --network "${P}$2" busybox sh -c "while :; do echo $1 | nc -l -p 5571; done"
}
app() {
  run blue-app blue app --network "${P}blue" -e DB=db:5571 busybox sleep 1d
  docker network connect "${P}edge" "${P}blue-app"
}

case ${1:-broken} in
broken)
  docker network create "${P}edge"
  docker network create "${P}blue"
  db blue blue
  docker network connect --alias db "${P}edge" "${P}blue-db"
  db green edge
  app
  docker stop -t 0 "${P}blue-db"
  ;;
check) docker exec "${P}blue-app" nc -w 1 db 5571 </dev/null | grep blue ;;
near)
  # Blue has no db of its own, and uses green's on purpose.
  docker network create "${P}edge"
  docker network create "${P}blue"
  db green edge
  app
  ;;
esac
