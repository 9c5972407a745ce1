#!/bin/bash
# Symptom: "Access denied for user, again and again. I changed the password in .env and restarted everything."
# Cause: a database keeps the password of its first start in its volume; the app runs and tries forever.
# doctor should say first: app says again and again that user or password is not accepted; it dials db:3306.
# Fix to offer: the user and password that db knows. `why app db` says the same beside an open way.
# Must not say: that there are no problems. A server's own log that strangers fail to log in (mail, ssh) is no finding: it is told
#   to dial nobody.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop -e DB_HOST=db -e DB_PORT=3306 -e DB_PASSWORD=$1 app:1 <<'S'
while sleep 1; do [ "$DB_PASSWORD" = first ] || echo "SQLSTATE[HY000] [1045] Access denied for user 'app'@'172.18.0.3' (using password: YES)"; done
S
}
broken() { docker tag busybox mysql:8; docker tag busybox app:1; docker network create shop >/dev/null
put db --network shop mysql:8 <<'S'
(while sleep 1; do echo "[Note] Access denied for user 'root'@'203.0.113.9' (using password: NO)"; done) & exec nc -ll -p 3306 -e cat
S
app changed; sleep 2; }
works() { docker exec app sh -c '[ "$DB_PASSWORD" = first ] && nc -w1 db 3306 </dev/null'; }
fixed() { docker rm -f app >/dev/null; app first; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
