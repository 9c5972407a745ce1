#!/bin/sh
# An address where a name belongs. It works until the next restart.
# says: hardcoded-ip
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

web() { # HOST
  docker run -d --name "${P}web" --network "${P}app" -e "DATABASE_URL=mysql://$1:5540/app" busybox sh -c "
    while ! nc -w 1 $1 5540 </dev/null; do sleep 1; done; echo connected; sleep 1d"
}
address() {
  docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "${P}db"
}

case ${1:-broken} in
broken)
  docker network create "${P}app"
  docker run -d --name "${P}db" --network "${P}app" busybox nc -ll -p 5540 -e cat
  web "$(address)"
  ;;
mend) docker rm -f "${P}web" && web "${P}db" ;;
check) docker exec "${P}web" nc -w 1 "${P}db" 5540 </dev/null ;;
near)
  # The address is fixed, so it may be written down.
  docker network create --subnet 10.209.10.0/24 "${P}app"
  docker run -d --name "${P}db" --network "${P}app" --ip 10.209.10.9 busybox nc -ll -p 5540 -e cat
  web 10.209.10.9
  ;;
esac
