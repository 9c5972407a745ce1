#!/bin/sh
# An address where a name belongs. It works until the next restart.
# says: hardcoded-ip
# near says:
# Take it down again: docker rm -f db web; docker network rm app
set -eu
P=${P:-}

web() { # HOST
  docker run -d --name "${P}web" --network "${P}app" -e "DATABASE_URL=mysql://$1:5540/app" busybox sh -c "
    host=\${DATABASE_URL#*//}; host=\${host%%:*}
    while ! nc -w 1 \$host 5540 </dev/null; do sleep 1; done; echo \"connected to \$host\"; sleep 1d"
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
check) docker logs "${P}web" | grep "connected to ${P}db" ;;
near)
  # The address is fixed, so it may be written down.
  docker network create --subnet 10.209.10.0/24 "${P}app"
  docker run -d --name "${P}db" --network "${P}app" --ip 10.209.10.9 busybox nc -ll -p 5540 -e cat
  web 10.209.10.9
  ;;
esac
