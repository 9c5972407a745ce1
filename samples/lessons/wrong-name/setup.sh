#!/bin/sh
# An application that asks for `mysql`, and a database with another name.
set -eu
label=netmap.lesson=wrong-name

docker network create --label $label library
docker run -d --label $label --name library-mysql --network library --expose 3306 busybox \
  nc -ll -p 3306 -e cat
docker run -d --label $label --name library-app --network library \
  -e DB_HOST=mysql -e DB_PORT=3306 busybox \
  sh -c 'nc -w 10 $DB_HOST $DB_PORT </dev/null || exit 1; echo "reached $DB_HOST:$DB_PORT"; exec sleep 1d'
