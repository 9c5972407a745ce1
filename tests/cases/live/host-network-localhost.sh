#!/bin/bash
# Symptom: "my app runs with --network host, and localhost:5432 is refused although the database is published."
# Cause: the database is published as 5433, on 127.0.0.1; for an app on the host's network localhost is the host.
# doctor should say first: app dials port 5432 of the host, where db has not published it; it is there as 5433.
# Fix to offer: localhost:5433 in the app's variable. A port on 127.0.0.1 is all that it needs.
# Must not say: that localhost is the app itself; that app has to leave the host's network.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network host -e DATABASE_URL=postgres://shop@localhost:$1/shop app:1 <<'S'
a=${DATABASE_URL#*@}; a=${a%/*}
while sleep 1; do nc -w1 ${a%:*} ${a#*:} </dev/null 2>/dev/null && echo "connected" || echo "Error: connect ECONNREFUSED 127.0.0.1:${a#*:}"; done
S
}
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop >/dev/null
docker run -d --name db --network shop -p 127.0.0.1:5433:5432 postgres:16 nc -ll -p 5432 -e cat >/dev/null; app 5432; sleep 2; }
works() { docker exec app sh -c 'a=${DATABASE_URL#*@}; a=${a%/*}; nc -w1 ${a%:*} ${a#*:} </dev/null'; }
fixed() { docker rm -f app >/dev/null; app 5433; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
