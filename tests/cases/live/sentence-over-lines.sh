#!/bin/bash
# Symptom: "could not connect to server: Connection refused", "Is the server running on host "db"", "TCP/IP connections on port 5433?"
# Cause: the port, which an older libpq says two lines below what is wrong; the configuration is in a file.
# doctor should say first: app dials port 5433 of db, where nothing listens; db listens on 5432.
# Must not say: that it cannot reach `server`.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop app:1 <<S
while sleep 1; do nc -w1 db $1 </dev/null 2>/dev/null || printf 'django.db.utils.OperationalError: could not connect to server: Connection refused\n\tIs the server running on host "db" and accepting\n\tTCP/IP connections on port $1?\n'; done
S
}
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name db --network shop postgres:16 nc -ll -p 5432 -e cat >/dev/null
app 5433; sleep 2; }
works() { docker exec app sh -c 'nc -w1 db $(sed -n "s/.*nc -w1 db \([0-9]*\).*/\1/p" /app.sh) </dev/null'; }
fixed() { docker rm -f app >/dev/null; app 5432; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
