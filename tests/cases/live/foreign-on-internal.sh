#!/bin/bash
# Symptom: "The database is on an internal network, and still something of another project reads from it."
# Cause: report-app, of project report, was put on shop_back, which is internal to project shop; it is on report's own network as well.
# doctor should say first (a warning, no mere note): report-app of project report is on shop_back, an internal network of another project.
# Fix to offer: docker network disconnect shop_back report-app.
# Must not say: anything of shop-app, which is on shop_back and on shop_front and belongs there.
# After `fixed`, doctor must be quiet.
of() { local p=$1 s=$2; shift 2; docker run -d --name $p-$s --label com.docker.compose.project=$p --label com.docker.compose.service=$s "$@" >/dev/null; }
net() { docker network create --label com.docker.compose.project=$1 "${@:3}" $1_$2 >/dev/null; }
broken() { docker tag busybox postgres:16; docker tag busybox app:1; net shop front; net shop back --internal; net report default
of shop db --network shop_back postgres:16 nc -ll -p 5432 -e cat
of shop app --network shop_front -e DATABASE_URL=postgres://shop-db:5432/shop app:1 sleep 1d; docker network connect shop_back shop-app
of report app --network report_default app:1 sleep 1d; docker network connect shop_back report-app; }
works() { ! docker exec report-app nc -w1 shop-db 5432 </dev/null; }
fixed() { docker network disconnect shop_back report-app; }
clean() { docker rm -f shop-db shop-app report-app; docker network rm shop_front shop_back report_default; } >/dev/null 2>&1

"$@"
