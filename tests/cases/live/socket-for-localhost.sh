#!/bin/bash
# Symptom: "SQLSTATE[HY000] [2002] No such file or directory" (Laravel, WordPress: DB_HOST=localhost).
# Cause: localhost is the container itself, and to MySQL's clients a socket file, not even a connection; the port is said nowhere.
# doctor should say first: app looks for db in itself.
# Fix to offer: DB_HOST=db, without a port in it, as commands that can be pasted.
# Must not say: that a file is missing; db:3306 for DB_HOST. An app with DB_HOST=localhost and a quiet log is fine.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop -e DB_HOST=$1 app:1 <<'S'
while sleep 1; do if [ "$DB_HOST" = localhost ]; then echo "SQLSTATE[HY000] [2002] No such file or directory (Connection: mysql, SQL: select * from users)"; else nc -w1 "$DB_HOST" 3306 </dev/null; fi; done
S
}
broken() { docker tag busybox mariadb:11; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name db --network shop mariadb:11 nc -ll -p 3306 -e cat >/dev/null
app localhost; sleep 2; }
works() { docker exec app sh -c '[ "$DB_HOST" != localhost ] && nc -w1 "$DB_HOST" 3306 </dev/null'; }
fixed() { docker rm -f app >/dev/null; app db; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
