#!/bin/bash
# Symptom: "Since the database was redeployed the app says: connection to server at "db" (172.18.0.2), port 5432 failed: Connection
#   refused. But db listens on 5432, and a new app container gets in at once."
# Cause: app looked db up when it started and remembers the address. db was made anew and has another one; the old one is mail's now.
# doctor should say first: app still dials the address that db had before, which is mail's now. The name in the same line is right.
# Fix to offer: docker restart app.
# Must not say: that nothing listens on 5432 of db, nor that the name is wrong.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
db() { docker run -d --name db --network shop postgres:16 httpd -f -p 5432 >/dev/null; }
app() { put app --network shop app:1 <<'S'
a=$(nslookup db 2>/dev/null | awk '/^Address/ { a = $NF } END { print a }'); echo "$a" >/address
while sleep 1; do nc -w1 "$a" 5432 </dev/null 2>/dev/null && echo connected || echo "psycopg2.OperationalError: connection to server at \"db\" ($a), port 5432 failed: Connection refused"; done
S
}
broken() { for i in postgres:16 mail:1 app:1; do docker tag busybox $i; done; docker network create shop >/dev/null; db; app; sleep 2; docker rm -f db >/dev/null; docker run -d --name mail --network shop mail:1 httpd -f -p 25 >/dev/null; db; sleep 3; }
works() { docker exec app sh -c 'nc -w1 $(cat /address) 5432 </dev/null'; }
fixed() { docker restart -t 0 app >/dev/null; sleep 2; }
clean() { docker rm -f app db mail; docker network rm shop; } >/dev/null 2>&1

"$@"
