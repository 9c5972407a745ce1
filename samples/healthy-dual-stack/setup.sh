#!/bin/sh
# Three projects of one machine with IPv4 and IPv6: a proxy that is open to the
# world, and behind it a shop and a blog, each with a database on an internal
# network of its own. All well.
# Take it down again: docker ps -aqf label=sample=dual-stack | xargs docker rm -f
#                     docker network rm edge shop blog shop-data blog-data
set -eu
P=${P:-}

network() { # PROJECT NAME NUMBER OPTIONS
  project=$1 name=$2 number=$3; shift 3
  docker network create --label "com.docker.compose.project=${P}$project" --ipv6 \
    --subnet "10.209.$number.0/24" --subnet "fd00:209:$number::/64" "$@" "${P}$name"
}
service() { # PROJECT SERVICE NETWORK OPTIONS
  project=$1 service=$2 network=$3; shift 3
  docker run -d --name "${P}$project-$service-1" --network "$network" \
    --label "com.docker.compose.project=${P}$project" --label "com.docker.compose.service=$service" \
    --label sample=dual-stack "$@"
}
server() { # PROJECT SERVICE NETWORK PORT OPTIONS
  project=$1 service=$2 network=$3 port=$4; shift 4
  service "$project" "$service" "${P}$network" --network-alias "$service" --expose "$port" "$@" busybox \
    sh -c "mkdir -p /www && echo $service >/www/index.html && exec httpd -f -p '[::]:$port' -h /www"
}
app() { # PROJECT NUMBER
  app=$1
  network "$app" "$app" "$2"
  network "$app" "$app-data" "1$2" --internal
  server "$app" db "$app-data" 5432 --health-cmd 'wget -qO- http://[::1]:5432/' --health-interval 2s
  server "$app" cache "$app-data" 6379 --ip6 "fd00:209:1$2::25"
  server "$app" app "$app" 8000 -e "DATABASE_URL=postgres://app:secret@db:5432/app" \
    -e "CACHE_URL=redis://cache:6379/0" -e "PUBLIC_URL=http://[::1]:17090/$app"
  docker network connect --alias app "${P}$app-data" "${P}$app-app-1"
  # The proxy knows each by a name of its own.
  docker network connect --alias "$app.internal" "${P}edge" "${P}$app-app-1"
}

network edge edge 70
app shop 71
app blog 72
# What measures the shop is in the network namespace of its app.
service shop meter "container:${P}shop-app-1" -e "TARGET=http://localhost:8000" busybox sleep 1d
server edge proxy edge 80 -p 17090:80 -e "UPSTREAMS=shop.internal:8000,blog.internal:8000"
