#!/bin/bash
# Symptom: "dependency failed to start: container db is unhealthy", and the database is up.
# Cause: the health check runs a program that the image does not have, so Compose never starts what waits for it.
# doctor should say first: shop-db-1 is unhealthy, since a program cannot be run; and that shop-app-1 was never started for it.
# Fix to offer: a check with a program that the image has.
# Must not say: that the database does not run, or does not listen.
# After `fixed`, doctor must be quiet.
db() { docker run -d --name shop-db-1 --network shop_default --network-alias db --label com.docker.compose.project=shop --label com.docker.compose.service=db --health-cmd "$1" --health-interval 1s --health-retries 2 postgres:16 nc -ll -p 5432 -e cat >/dev/null; }
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop_default >/dev/null; db "pg_isready -U shop"
docker create --name shop-app-1 --network shop_default --label com.docker.compose.project=shop --label com.docker.compose.service=app --label com.docker.compose.depends_on=db:service_healthy:false -e DB_HOST=db -e DB_PORT=5432 app:1 sleep 99999 >/dev/null; sleep 4; }
works() { docker exec shop-app-1 nc -w1 db 5432 </dev/null; }
fixed() { docker rm -f shop-db-1 >/dev/null; db "nc -w1 127.0.0.1 5432 </dev/null"; docker start shop-app-1 >/dev/null; sleep 3; }
clean() { docker rm -f shop-app-1 shop-db-1; docker network rm shop_default; } >/dev/null 2>&1

"$@"
