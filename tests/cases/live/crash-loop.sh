#!/bin/bash
# Symptom: "the app cannot reach the database: connection refused, then bad address, then connection refused again."
# Cause: the database ends after a few seconds and is started again, each time for less of the time; between two starts it has
#   neither name nor address.
# doctor should say first, at every moment: db keeps ending, and app needs it; with what db's log says last.
# Fix to offer: docker logs db, then what its log speaks of (the owner of its data).
# Must not say: that app keeps dialling an address that nobody has any more; restart app.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
db() { put db --network shop --restart always --expose 5432 postgres:16 <<S
$1 && exec nc -ll -p 5432 -e cat
sleep 1; echo 'FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership'; exit 1
S
}
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop >/dev/null; db false
put app --network shop -e DB_HOST=db -e DB_PORT=5432 app:1 <<'S'
while sleep 1; do nc -w1 "$DB_HOST" "$DB_PORT" </dev/null && echo "connected"; done
S
sleep 2; }
works() { docker exec app sh -c 'nc -w1 "$DB_HOST" "$DB_PORT" </dev/null'; }
fixed() { docker rm -f db >/dev/null; db true; docker restart -t 0 app >/dev/null; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
