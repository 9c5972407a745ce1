#!/bin/bash
# Symptom: "I moved the database into a project of its own, and the apps say that they time out."
# Cause: db is a service of the project shop, and its name is known on shop_default alone; the apps are of other projects, each on its own network.
#   Where no name server outside answers, looking such a name up ends as a timeout.
# doctor should say first: one-app, two-app and three-app dial db, a name that nothing there has; shop-db of another project has it.
# Fix to offer: docker network connect shop_default for each of them, and what to write into their compose files for good.
# Must not say: that there are no problems; a command with NETWORK or CONTAINER in it.
# Nearby and fine: a name that leads outside, in a setup in which another project has nobody of that name.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
of() { echo "--network $1_default --network-alias $2 --label com.docker.compose.project=$1 --label com.docker.compose.service=$2"; }
says() { cat <<S
while sleep 1; do nc -w1 db 5432 </dev/null 2>/dev/null && echo connected || echo '$1'; done
S
}
broken() { docker tag busybox postgres:16; docker tag busybox app:1
for p in shop one two three; do docker network create --label com.docker.compose.project=$p ${p}_default >/dev/null; done
docker run -d --name shop-db $(of shop db) postgres:16 nc -ll -p 5432 -e cat >/dev/null
says 'psql: error: could not translate host name "db" to address: Name or service not known' | put one-app $(of one app) -e DB_HOST=db -e DB_PORT=5432 app:1
says 'nc: timed out' | put two-app $(of two app) -e DB_HOST=db -e DB_PORT=5432 app:1
says 'Error: connection to db:5432 failed' | put three-app $(of three app) app:1
sleep 3; }
near() { clean; docker tag busybox app:1; docker network create --label com.docker.compose.project=two two_default >/dev/null
put two-app $(of two app) -e DB_HOST=db -e DB_PORT=5432 app:1 <<'S'
while sleep 1; do echo working; done
S
}
works() { local p; for p in one two three; do docker exec $p-app nc -w1 db 5432 </dev/null || return 1; done; }
fixed() { local p; for p in one two three; do docker network connect shop_default $p-app; done; sleep 3; }
clean() { docker rm -f one-app two-app three-app shop-db; docker network rm shop_default one_default two_default three_default; } >/dev/null 2>&1

"$@"
